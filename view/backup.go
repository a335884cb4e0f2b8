package view

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"go.etcd.io/bbolt"

	"onair/live"
)

// BackupInfo says what a copy of the file holds.
type BackupInfo struct {
	Lineage  live.Lineage `json:"lineage"`
	Position uint64       `json:"position"` // 0 where there is no state
	Size     int64        `json:"size"`     // bytes
}

// Backup writes the file as it is at one moment, while the Follower goes on writing. Until w has taken all of it the
// file keeps what it could give up: w should be a file, not a reader far away. Errors: ErrDamaged, w's.
func (st *Store) Backup(w io.Writer) (BackupInfo, error) {
	var info BackupInfo
	err := st.read(func(tx *bbolt.Tx) error {
		if raw := tx.Bucket(bucketMeta).Get(keyMeta); raw != nil {
			var meta storeMeta
			text, ok := unseal(keyMeta, raw)
			if !ok || json.Unmarshal(text, &meta) != nil {
				return fmt.Errorf("%w: head", ErrDamaged)
			}
			info.Lineage, info.Position = meta.Lineage, meta.Position
		}
		var err error
		info.Size, err = tx.WriteTo(w)
		return err
	})
	return info, err
}

// Rebase says that the stored state is of the log that now bears another date of creation: JetStream gives a restored
// stream a new one. The caller knows that it is the same log, message by message. Nothing happens without a state.
func (st *Store) Rebase(created time.Time) error {
	err := st.use(func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			raw := tx.Bucket(bucketMeta).Get(keyMeta)
			if raw == nil {
				return nil
			}
			var meta storeMeta
			text, ok := unseal(keyMeta, raw)
			if !ok || json.Unmarshal(text, &meta) != nil {
				return fmt.Errorf("%w: head", ErrDamaged)
			}
			meta.Lineage.Created = created.UTC()
			return putMeta(tx, meta)
		})
	})
	if err != nil {
		return fmt.Errorf("store: rebase: %w", err)
	}
	return nil
}
