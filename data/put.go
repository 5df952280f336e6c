package data

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"

	"hindsite.app/data/blob"
	"hindsite.app/data/keys"
	"hindsite.app/player/fault"
)

const (
	tempSuffix  = ".part"
	blobKind    = "recording"
	blobVersion = 1
	maxCopies   = 100 // identifiers tried by KeepBoth
)

// Put stores a session: its blob first, then one transaction with everything
// else. After a failure at any point, also of the machine, the session is
// complete or absent.
//
// When it returns, the session outlives the process; it outlives a loss of
// power after the next RecordImport, Remove or Close.
//
// Errors: fault.Duplicate, with the status Conflict, when the identifier is
// taken by other content and in.KeepBoth is not set, fault.Schema and
// fault.Limit for a session that cannot be stored, and those of blob.Write.
func (l *Library) Put(ctx context.Context, in Incoming) (Outcome, error) {
	out := l.PutBatch(ctx, []Incoming{in})
	return out[0].Outcome, out[0].Err
}

// PutResult is what became of one session of a batch.
type PutResult struct {
	Outcome
	Err error
}

// PutBatch stores sessions as Put does, each for itself: one that fails leaves
// the others alone. Folders are synced and the transaction is committed once
// for all, so that after a crash a batch may be absent in part or as a whole,
// and every session of it is complete or absent. The result has the order of
// batch.
func (l *Library) PutBatch(ctx context.Context, batch []Incoming) []PutResult {
	results := make([]PutResult, len(batch))
	staged := make([]*stage, len(batch))
	fail := func(err error) []PutResult {
		for i := range results {
			if results[i].Err == nil && results[i].Status == "" {
				results[i].Err = err
			}
		}
		return results
	}
	if err := l.enter(); err != nil {
		return fail(err)
	}
	defer l.mu.RUnlock()
	shard, err := l.openShard()
	if err != nil {
		return fail(err)
	}
	// Sealing keeps every processor busy while others wait for the disk.
	var group errgroup.Group
	group.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range batch {
		group.Go(func() error {
			staged[i], results[i] = l.stage(ctx, shard, &batch[i])
			return nil
		})
	}
	_ = group.Wait() // errors are in results
	l.commit(ctx, shard, staged, results)
	for i := range results {
		// Only a session stored meanwhile takes an identifier, so this ends.
		for errors.Is(results[i].Err, errTaken) {
			staged[i], results[i] = l.stage(ctx, shard, &batch[i])
			l.commit(ctx, shard, staged[i:i+1], results[i:i+1])
		}
	}
	return results
}

// errTaken says that a session's identifier, under which it is sealed, was
// taken by other content since it was staged.
var errTaken = errors.New("its identifier was taken meanwhile")

// openShard prepares the folder that takes the blobs of one batch.
func (l *Library) openShard() (string, error) {
	if err := l.markUnclean(); err != nil {
		return "", err
	}
	shard := randomHex(1)
	if err := l.disk.mkdir(l.path(blobsName, shard)); err != nil {
		return "", fault.New(fault.Storage, "store session: %w", err)
	}
	if err := l.disk.syncDir(l.path(blobsName)); err != nil {
		return "", fault.New(fault.Storage, "store session: %w", err)
	}
	return shard, nil
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// stage is a session whose blob is on the disk and whose rows are ready.
type stage struct {
	in      *Incoming
	id      string
	wrapped keys.Wrapped
	content [32]byte
	blob    string
	visitor []byte // sealed, as are attributes, source, signed, urls and titles
	attrs   []byte
	source  []byte
	signed  []byte
	urls    [][]byte
	titles  [][]byte
	tag     []byte // of the visitor, or nil
	words   []int64
}

// stage seals in and writes its blob. It returns nil and a PutResult when there
// is nothing to commit.
func (l *Library) stage(ctx context.Context, shard string, in *Incoming) (*stage, PutResult) {
	if err := check(in); err != nil {
		return nil, PutResult{Err: err}
	}
	s := &stage{in: in, content: l.ring.ContentTag(in.ContentDigest)}
	out, err := place(ctx, l.db, in, s.content)
	if err != nil || out.Status == Present {
		return nil, PutResult{Outcome: out, Err: err}
	}
	s.id = out.Session
	if err := l.seal(ctx, shard, s); err != nil {
		return nil, PutResult{Err: err}
	}
	return s, PutResult{}
}

// scanner reads the first row of a query.
type scanner interface {
	scan(ctx context.Context, to any, query string, args ...any) error
}

// place finds the identifier under which in is or would be stored. Its status
// is Present, Conflict with an error, or empty when the identifier is free.
func place(ctx context.Context, db scanner, in *Incoming, content [32]byte) (Outcome, error) {
	id := in.Session.ID
	for copies := 1; copies <= maxCopies; copies++ {
		if copies > 1 {
			id = in.Session.ID + "~" + strconv.Itoa(copies)
		}
		var have []byte
		err := db.scan(ctx, &have, `SELECT v.content FROM sessions s JOIN vaults v ON v.n = s.n WHERE s.id = ?`, id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return Outcome{Session: id}, nil
		case err != nil:
			return Outcome{}, storage(ctx, "look for session", err)
		case string(have) == string(content[:]):
			return Outcome{Status: Present, Session: id}, nil
		case !in.KeepBoth:
			return Outcome{Status: Conflict, Session: id},
				fault.New(fault.Duplicate, "store session: its identifier is taken by other content")
		}
	}
	return Outcome{}, fault.New(fault.Limit, "store session: %d sessions with this identifier", maxCopies)
}

func (l *Library) seal(ctx context.Context, shard string, s *stage) error {
	key, wrapped := l.ring.NewSession(s.id)
	defer key.Close()
	s.wrapped = wrapped
	if err := s.sealCells(key); err != nil {
		return err
	}
	if v := normalise(s.in.Session.Visitor); v != "" {
		tag := l.ring.Tag("visitor", v)
		s.tag = tag[:]
	}
	s.words = wordTags(s.in.Views, l.ring.WordTag)
	blobKey, err := key.BlobKey()
	if err != nil {
		return err
	}
	defer clear(blobKey)
	s.blob = shard + randomHex(blobNameLength/2-1)
	temp := l.blobPath(s.blob) + tempSuffix
	err = writeFile(l.disk, temp, func(w io.Writer) error {
		return l.coder.Write(ctx, w, blobKey, l.blobContext(s.id), s.in.Parts)
	})
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	if err := l.disk.rename(temp, l.blobPath(s.blob)); err != nil {
		return fault.New(fault.Storage, "store session: %w", errors.Join(err, l.disk.remove(temp)))
	}
	return nil
}

func (l *Library) blobContext(id string) blob.Context {
	return blob.Context{Library: l.ring.Library(), Session: id, Kind: blobKind, Version: blobVersion}
}

func (s *stage) sealCells(key *keys.Session) error {
	var err error
	if v := s.in.Session.Visitor; v != "" {
		if s.visitor, err = key.SealPerson(vaultCell(s.id, "visitor"), []byte(v)); err != nil {
			return err
		}
	}
	if len(s.in.Session.Attributes) > 0 {
		b, err := json.Marshal(s.in.Session.Attributes)
		if err != nil {
			return fmt.Errorf("store attributes: %w", err)
		}
		if s.attrs, err = key.SealPerson(vaultCell(s.id, "attributes"), b); err != nil {
			return err
		}
	}
	if s.signed, err = key.Seal(vaultCell(s.id, "signed"), []byte(s.in.Session.Signed)); err != nil {
		return err
	}
	if s.source, err = key.Seal(vaultCell(s.id, "source"), []byte(s.in.Session.SourceName)); err != nil {
		return err
	}
	s.urls, s.titles = make([][]byte, len(s.in.Views)), make([][]byte, len(s.in.Views))
	for i, v := range s.in.Views {
		if s.urls[i], err = key.Seal(viewCell(s.id, i, "url"), []byte(storedURL(v.URL))); err != nil {
			return err
		}
		if s.titles[i], err = key.Seal(viewCell(s.id, i, "title"), []byte(v.Title)); err != nil {
			return err
		}
	}
	return nil
}

func vaultCell(id, column string) keys.Cell {
	return keys.Cell{Table: "vaults", Column: column, Row: id}
}

func viewCell(id string, index int, column string) keys.Cell {
	return keys.Cell{Table: "views", Column: column, Row: id + "/" + strconv.Itoa(index)}
}

// commit makes the blobs of what is staged durable and writes the rows, in one
// transaction with a savepoint for each session. It drops the blobs of those
// that did not get in.
func (l *Library) commit(ctx context.Context, shard string, staged []*stage, results []PutResult) {
	err := l.disk.syncDir(l.path(blobsName, shard))
	if err == nil {
		err = l.insertAll(ctx, staged, results)
	}
	for i, s := range staged {
		if s == nil {
			continue
		}
		if err != nil && results[i].Err == nil {
			results[i] = PutResult{Err: fault.Default(fault.Storage, fmt.Errorf("store session: %w", err))}
		}
		if results[i].Status != Stored {
			results[i].Err = errors.Join(results[i].Err, l.dropBlob(s.blob))
		}
	}
}

func (l *Library) insertAll(ctx context.Context, staged []*stage, results []PutResult) error {
	return l.db.inTx(ctx, func(tx *sql.Tx) error {
		w := &writer{tx: tx, ring: l.ring, now: l.now, prepared: make(map[string]*sql.Stmt)}
		for i, s := range staged {
			if s == nil {
				continue
			}
			var err error
			if results[i], err = w.put(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// put writes one session, whole or not at all. The error is one after which
// the transaction is of no more use. Somebody else may have stored the session
// since it was staged.
func (w *writer) put(ctx context.Context, s *stage) (PutResult, error) {
	now, err := place(ctx, w, s.in, s.content)
	if err != nil || now.Status == Present {
		return PutResult{Outcome: now, Err: err}, nil
	}
	if now.Session != s.id {
		return PutResult{Err: fault.New(fault.Duplicate, "store session: %w", errTaken)}, nil
	}
	if _, err := w.exec(ctx, `SAVEPOINT session`); err != nil {
		return PutResult{}, storage(ctx, "store session", err)
	}
	failed := w.insert(ctx, s)
	if failed != nil {
		if _, err := w.exec(ctx, `ROLLBACK TO session`); err != nil {
			return PutResult{}, errors.Join(failed, storage(ctx, "store session", err))
		}
	}
	if _, err := w.exec(ctx, `RELEASE session`); err != nil {
		return PutResult{}, storage(ctx, "store session", err)
	}
	if failed != nil {
		return PutResult{Err: failed}, nil
	}
	return PutResult{Outcome: Outcome{Status: Stored, Session: s.id}}, nil
}
