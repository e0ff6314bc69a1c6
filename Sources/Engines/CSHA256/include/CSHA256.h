#ifndef TEQU_CSHA256_H
#define TEQU_CSHA256_H

#include <stddef.h>
#include <stdint.h>

/// The hashes of RFC 6962 trees, many in one call (SHA-256: FIPS 180-4).

/// Whether this processor has SHA-256 instructions that this code can use.
int tequ_sha256_has_hardware(void);

/// SHA-256(0x01 ‖ left ‖ right) of `count` pairs that lie one after the other, 64 bytes each; `out`
/// takes 32 bytes a pair and may be where the pairs lie. With `hardware`, which must be available, two
/// pairs are hashed at a time.
void tequ_sha256_nodes(int hardware, const uint8_t *pairs, size_t count, uint8_t *out);

/// SHA-256(0x00 ‖ entry) of `count` entries; entry i lies from `ends[i − 1]` (0 for the first) to
/// `ends[i]` in `bytes`. `out` takes 32 bytes an entry and must lie elsewhere.
void tequ_sha256_leaves(
    int hardware, const uint8_t *bytes, const int64_t *ends, size_t count, uint8_t *out);

#endif
