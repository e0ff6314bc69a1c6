// Appends entries of 100 bytes to a golang.org/x/mod/sumdb/tlog tree in memory and checks inclusion proofs.
// Prints entries a second of processor time and checks a second.
//
// usage: GO111MODULE=off GOPATH=/usr/share/gocode go run log_speed.go ENTRIES
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func cpu() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	count, err := strconv.ParseInt(os.Args[1], 10, 64)
	must(err)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	entry := make([]byte, 100)
	start := cpu()
	for index := int64(0); index < count; index++ {
		binary.BigEndian.PutUint64(entry, uint64(index))
		hashes, err := tlog.StoredHashes(index, entry, reader)
		must(err)
		stored = append(stored, hashes...)
	}
	appended := cpu() - start
	root, err := tlog.TreeHash(count, reader)
	must(err)
	proofs := make([]tlog.RecordProof, 2000)
	place := func(i int) int64 { return int64(i) * (count / int64(len(proofs))) }
	for i := range proofs {
		proofs[i], err = tlog.ProveRecord(count, place(i), reader)
		must(err)
	}
	start = cpu()
	for round := 0; round < 40; round++ {
		for i, proof := range proofs {
			must(tlog.CheckRecord(proof, count, root, place(i), stored[tlog.StoredHashIndex(0, place(i))]))
		}
	}
	checked := cpu() - start
	fmt.Printf("%.0f %.0f\n", float64(count)/appended.Seconds(), float64(40*len(proofs))/checked.Seconds())
}
