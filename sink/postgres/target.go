package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrTarget reports a connection string that cannot be used.
var ErrTarget = errors.New("not a Postgres connection string (postgres://user:password@host/database)")

const (
	// connectWait bounds one attempt to connect, where the connection string does not.
	connectWait = 10 * time.Second
	// writeWait bounds one transaction: a link that swallows packets must not hold the exporter for ever.
	writeWait = 2 * time.Minute
	// closeWait bounds the farewell to a server that may be gone.
	closeWait = time.Second
	// lockWait is how long a statement waits for a lock that somebody else holds.
	lockWait = "15s"
	// idleWait ends a transaction of ours whose link was cut: its lock on the position would hold up our next attempt.
	idleWait = "30s"
)

// Target is a database to copy to. It prints without its password.
type Target struct{ config *pgx.ConnConfig }

// Parse reads a connection URL or string, as libpq knows it; what it leaves out comes from PG* variables. The error is
// ErrTarget and says nothing of the string: a password may be anywhere in one that is not understood.
func Parse(s string) (Target, error) {
	if strings.TrimSpace(s) == "" {
		return Target{}, ErrTarget
	}
	c, err := pgx.ParseConfig(s)
	if err != nil {
		return Target{}, ErrTarget
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectWait
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "onair"
	}
	if c.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement {
		// Poolers give each transaction another connection, which knows nothing of statements prepared before.
		c.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	return Target{c}, nil
}

// String names user, host and database.
func (t Target) String() string {
	if t.config == nil {
		return ""
	}
	return fmt.Sprintf("%s@%s:%d/%s", t.config.User, t.config.Host, t.config.Port, t.config.Database)
}

// Format keeps the password from every verb.
func (t Target) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// LogValue keeps the password from logs.
func (t Target) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText keeps the password from encoders.
func (t Target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

var (
	_ fmt.Formatter  = Target{}
	_ slog.LogValuer = Target{}
)

// scrub is err's text without the password, should a driver or a server ever quote it.
func (t Target) scrub(err error) string {
	text := err.Error()
	if t.config == nil || t.config.Password == "" {
		return text
	}
	for _, form := range []string{t.config.Password, url.QueryEscape(t.config.Password), url.PathEscape(t.config.Password)} {
		text = strings.ReplaceAll(text, form, "[redacted]")
	}
	return text
}

// connect opens a connection, which the caller closes with hangUp.
func (t Target) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, t.config)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	// The server is to notice within half a minute that our end is gone, in the middle of a COPY too: what a dead
	// transaction wrote holds up the next that writes the same.
	_, err = conn.Exec(ctx, "SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)")
	if err != nil {
		hangUp(conn)
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}

func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	_ = conn.Close(ctx) // the server may be gone
}

// within runs fn in a transaction that neither a lock nor a dead link can hold for ever.
func within(ctx context.Context, conn *pgx.Conn, fn func(context.Context, pgx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, writeWait)
	defer cancel()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)", lockWait, idleWait); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}
