package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// schema holds everything; another schema of the same database is never touched.
	schema = "onair"
	// versionTable is goose's.
	versionTable = schema + ".schema_version"
	// reader is the role that analysts are given.
	reader = "onair_reader"
)

// errNewer reports tables made by a newer program.
var errNewer = errors.New("the tables are of a newer onair")

// migrate brings the schema up to date. Two leaders of an overlap may try at once: each migration is a transaction, one
// of them fails, and its next attempt finds the work done.
func (e *Exporter) migrate(ctx context.Context, conn *pgx.Conn) error {
	// Looked for first: a login that may not create schemas may still own this one.
	var there bool
	err := conn.QueryRow(ctx, "SELECT to_regnamespace($1) IS NOT NULL", schema).Scan(&there)
	if err == nil && !there {
		_, err = conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema)
	}
	if err != nil {
		return fmt.Errorf("schema %s: %w", schema, err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*e.Target.config)
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	all := p.ListSources()
	if newest := all[len(all)-1].Version; have > newest {
		return fmt.Errorf("%w: version %d, this program knows %d", errNewer, have, newest)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	for _, r := range done {
		e.log.Info("postgres schema changed", "migration", r.Source.Version, "took", r.Duration)
	}
	return nil
}

// States of errors that are looked at.
const (
	codePrivilege = "42501" // insufficient_privilege
	codeDuplicate = "42710" // duplicate_object
	codeUnique    = "23505" // two at once
	codeLock      = "55P03" // lock_not_available
	codeNoTable   = "42P01" // undefined_table
)

func pgCode(err error) string {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// grantReader lets the role of analysts read everything. A login that may not create roles does without: an
// administrator makes the role, and the next start grants. It reports why there is none, "" when there is.
func grantReader(ctx context.Context, conn *pgx.Conn) (string, error) {
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1)", reader).Scan(&there); err != nil {
		return "", fmt.Errorf("role %s: %w", reader, err)
	}
	if !there {
		_, err := conn.Exec(ctx, "CREATE ROLE "+reader+" NOLOGIN")
		switch pgCode(err) {
		case codePrivilege:
			return fmt.Sprintf("no role %s: this login may not create roles; let an administrator run CREATE ROLE %s NOLOGIN", reader, reader), nil
		case codeDuplicate, codeUnique: // another database of the server was faster
		default:
			if err != nil {
				return "", fmt.Errorf("role %s: %w", reader, err)
			}
		}
	}
	for _, grant := range []string{
		"GRANT USAGE ON SCHEMA " + schema + " TO " + reader,
		"GRANT SELECT ON ALL TABLES IN SCHEMA " + schema + " TO " + reader,
		"ALTER DEFAULT PRIVILEGES IN SCHEMA " + schema + " GRANT SELECT ON TABLES TO " + reader,
	} {
		if _, err := conn.Exec(ctx, grant); err != nil {
			return "", fmt.Errorf("role %s: %w", reader, err)
		}
	}
	return "", nil
}
