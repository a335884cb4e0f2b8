package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Backup begins a backup of the hub. The caller reads it to its end, which is not sound until it was verified, and
// closes it. withLog adds the log, withKeys the keys of the hub and its workers.
func (a *Admin) Backup(ctx context.Context, withLog, withKeys bool) (io.ReadCloser, error) {
	q := url.Values{"log": {fmt.Sprint(withLog)}, "keys": {fmt.Sprint(withKeys)}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base.String()+"/v1/backup?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	resp, err := a.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, readProblem(resp)
	}
	return resp.Body, nil
}

// RestoreFacts gives the hub facts, a JSON object {key, value} a line. With force those that it has otherwise are
// replaced. What became of them is decoded into v.
func (a *Admin) RestoreFacts(ctx context.Context, lines []byte, force bool, v any) error {
	q := url.Values{"force": {fmt.Sprint(force)}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base.String()+"/v1/facts?"+q.Encode(), bytes.NewReader(lines))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := a.http.Do(r)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return readProblem(resp)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(v)
}
