// Verifies a log that lies in a folder in the form of C2SP tlog-tiles with golang.org/x/mod/sumdb (tlog, note):
// code of the Go project that knows nothing of ours. Witnesses (cosignature/v1) are checked with a verifier of note's
// interface, since note itself knows the keys of logs alone.
//
// usage: log_verify FOLDER FLIPS KEY [WITNESS_KEY...]
//
//	With FLIPS above 0, so many random bits of the files are flipped one at a time, in memory, and each must be
//	noticed. Prints entries and flips noticed; exit status 0 it holds, 2 it does not.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/ioutil"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// witness is a key of kind 4: it signs the time and the text.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}

func verifier(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no key: " + text)
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 33 {
		return nil, errors.New("no key: " + text)
	}
	if raw[0] != 4 {
		return note.NewVerifier(text)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the hash does not fit: " + text)
	}
	return &witness{parts[0], hash, raw[1:]}, nil
}

// files are the files of a log by their paths below the folder. What a check looks at is noted in used.
type files map[string][]byte

var used = map[string]bool{}

func (f files) Height() int                             { return 8 }
func (f files) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for i, tile := range tiles {
		// x/mod writes the height, too, which C2SP leaves out.
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, ok := f[path]
		used[path] = true
		if !ok {
			return nil, errors.New(path + " is missing")
		}
		found[i] = data
	}
	return found, nil
}

func path(index, count int64) string {
	text := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		text = fmt.Sprintf("x%03d/%s", index%1000, text)
	}
	if count < 256 {
		text += fmt.Sprintf(".p/%d", count)
	}
	return "tile/entries/" + text
}

func verify(f files, keys []note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	opened, err := note.Open(f["checkpoint"], note.VerifierList(keys...))
	if err != nil {
		return tree, err
	}
	seen := map[string]bool{}
	for _, signature := range opened.Sigs {
		seen[fmt.Sprintf("%s+%08x", signature.Name, signature.Hash)] = true
	}
	for _, key := range keys {
		if !seen[fmt.Sprintf("%s+%08x", key.Name(), key.KeyHash())] {
			return tree, errors.New("not signed by " + key.Name())
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != keys[0].Name() {
		return tree, errors.New("a checkpoint of another log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || tree.N < 0 {
		return tree, errors.New("the size is no number")
	}
	if tree.Hash, err = tlog.ParseHash(lines[2]); err != nil {
		return tree, err
	}
	reader := tlog.TileHashReader(tree, f)
	for first := int64(0); first < tree.N; first += 256 {
		count := tree.N - first
		if count > 256 {
			count = 256
		}
		indexes := make([]int64, count)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return tree, err
		}
		rest := f[path(first/256, count)]
		used[path(first/256, count)] = true
		for i := range hashes {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				return tree, fmt.Errorf("the bundle ends within entry %d", first+int64(i))
			}
			length := 2 + int(binary.BigEndian.Uint16(rest))
			if tlog.RecordHash(rest[2:length]) != hashes[i] {
				return tree, fmt.Errorf("entry %d does not fit its hash", first+int64(i))
			}
			rest = rest[length:]
		}
		if len(rest) > 0 {
			return tree, fmt.Errorf("a bundle goes on after entry %d", first+count-1)
		}
	}
	return tree, nil
}

func sorted(set map[string]bool) []string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func fail(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
}

func main() {
	folder := os.Args[1]
	flips, err := strconv.Atoi(os.Args[2])
	fail(err)
	var keys []note.Verifier
	for _, text := range os.Args[3:] {
		key, err := verifier(text)
		fail(err)
		keys = append(keys, key)
	}
	all := files{}
	fail(filepath.Walk(folder, func(name string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		inside, _ := filepath.Rel(folder, name)
		if inside == "checkpoint" || strings.HasPrefix(inside, "tile/") {
			all[inside], err = ioutil.ReadFile(name)
		}
		return err
	}))
	tree, err := verify(all, keys)
	fail(err)
	// Only files that this tree has: a folder may hold older partial ones.
	var names []string
	var whole int
	for _, name := range append(sorted(used), "checkpoint") {
		names = append(names, name)
		whole += len(all[name])
	}
	chance, noticed := rand.New(rand.NewSource(33)), 0
	for i := 0; i < flips; i++ {
		at := chance.Intn(whole)
		for _, name := range names {
			if at >= len(all[name]) {
				at -= len(all[name])
				continue
			}
			kept := all[name]
			changed := append([]byte(nil), kept...)
			changed[at] ^= 1 << uint(chance.Intn(8))
			all[name] = changed
			if again, err := verify(all, keys); err != nil || again != tree || bytes.Equal(kept, changed) {
				noticed++
			} else {
				fmt.Printf("a bit of byte %d of %s was not noticed\n", at, name)
			}
			all[name] = kept
			break
		}
	}
	fmt.Printf("%d entries hold, %d of %d flips noticed\n", tree.N, noticed, flips)
	if noticed < flips {
		os.Exit(2)
	}
}
