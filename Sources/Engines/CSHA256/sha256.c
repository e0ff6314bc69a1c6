#include "CSHA256.h"

#include <string.h>

static const uint32_t K[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t INITIAL[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/// A prefix byte and a run of bytes, to be hashed.
typedef struct {
  const uint8_t *bytes;
  size_t length;
  uint8_t prefix;
} Message;

/// Blocks of a message: prefix, bytes, a one bit and eight bytes of length.
static inline size_t block_count(Message message) { return (message.length + 1 + 9 + 63) / 64; }

/// Block `index` of a message: within its bytes where it lies there, else put together in `room`.
static inline const uint8_t *block(Message message, size_t index, uint8_t room[64]) {
  const size_t length = message.length + 1;
  const size_t start = index * 64;
  if (index > 0 && start + 64 <= length) return message.bytes + start - 1;
  if (index == 0 && length >= 64) {
    room[0] = message.prefix;
    memcpy(room + 1, message.bytes, 63);
    return room;
  }
  memset(room, 0, 64);
  const size_t skip = index == 0 ? 1 : 0;
  if (skip) room[0] = message.prefix;
  if (start < length) {
    memcpy(room + skip, message.bytes + start + skip - 1, length - start - skip);
    room[length - start] = 0x80;
  } else if (start == length) {
    room[0] = 0x80;
  }
  if (index + 1 == block_count(message)) {
    const uint64_t bits = (uint64_t)length * 8;
    for (int byte = 0; byte < 8; byte++) room[63 - byte] = (uint8_t)(bits >> (8 * byte));
  }
  return room;
}

static inline void store(const uint32_t state[8], uint8_t out[32]) {
  for (int word = 0; word < 8; word++) {
    const uint32_t value = __builtin_bswap32(state[word]);
    memcpy(out + 4 * word, &value, 4);
  }
}

static inline uint32_t rotate(uint32_t value, int bits) {
  return value >> bits | value << (32 - bits);
}

static void compress_portable(uint32_t state[8], const uint8_t *bytes) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++) {
    w[t] = (uint32_t)bytes[4 * t] << 24 | (uint32_t)bytes[4 * t + 1] << 16 |
           (uint32_t)bytes[4 * t + 2] << 8 | (uint32_t)bytes[4 * t + 3];
  }
  for (int t = 16; t < 64; t++) {
    const uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
    const uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t++) {
    const uint32_t big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const uint32_t t1 = h + big1 + ((e & f) ^ (~e & g)) + K[t] + w[t];
    const uint32_t big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const uint32_t t2 = big0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void hash_portable(Message message, uint8_t out[32]) {
  uint32_t state[8];
  uint8_t room[64];
  memcpy(state, INITIAL, sizeof state);
  const size_t blocks = block_count(message);
  for (size_t index = 0; index < blocks; index++) {
    compress_portable(state, block(message, index, room));
  }
  store(state, out);
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE static inline __attribute__((always_inline)) WITH_SHA

int tequ_sha256_has_hardware(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const int has_sse = (c >> 9 & 1) && (c >> 19 & 1);
  if (!has_sse || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  return (int)(b >> 29 & 1);
}

/// A state as the instructions want it: words A B E F and C D G H, the first in the highest lane.
typedef struct {
  __m128i abef, cdgh;
} Lanes;

INLINE Lanes initial(void) {
  return (Lanes){
      _mm_set_epi32((int)INITIAL[0], (int)INITIAL[1], (int)INITIAL[4], (int)INITIAL[5]),
      _mm_set_epi32((int)INITIAL[2], (int)INITIAL[3], (int)INITIAL[6], (int)INITIAL[7])};
}

INLINE void store_lanes(Lanes state, uint8_t *out) {
  const __m128i abcd = _mm_unpackhi_epi64(state.cdgh, state.abef);  // A in the highest lane
  const __m128i efgh = _mm_unpacklo_epi64(state.cdgh, state.abef);
  // Reversing all 16 bytes puts the first word first and makes each word big-endian.
  const __m128i reverse = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  _mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(abcd, reverse));
  _mm_storeu_si128((__m128i *)(out + 16), _mm_shuffle_epi8(efgh, reverse));
}

INLINE void load(__m128i words[4], const uint8_t *bytes) {
  const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  for (int i = 0; i < 4; i++) {
    words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)bytes + i), swap);
  }
}

/// Four rounds, and the four words of the schedule that come sixteen later.
INLINE void four_rounds(Lanes *state, __m128i words[4], int group) {
  const __m128i now = words[group & 3];
  const __m128i sum = _mm_add_epi32(now, _mm_load_si128((const __m128i *)K + group));
  state->cdgh = _mm_sha256rnds2_epu32(state->cdgh, state->abef, sum);
  state->abef = _mm_sha256rnds2_epu32(state->abef, state->cdgh, _mm_shuffle_epi32(sum, 0x0E));
  if (group < 12) {
    const __m128i last = words[(group + 3) & 3], before = words[(group + 2) & 3];
    const __m128i next = _mm_sha256msg1_epu32(now, words[(group + 1) & 3]);
    words[group & 3] = _mm_sha256msg2_epu32(
        _mm_add_epi32(next, _mm_alignr_epi8(last, before, 4)), last);
  }
}

INLINE void compress(Lanes *state, const uint8_t *bytes) {
  const Lanes start = *state;
  __m128i words[4];
  load(words, bytes);
#pragma unroll
  for (int group = 0; group < 16; group++) four_rounds(state, words, group);
  state->abef = _mm_add_epi32(state->abef, start.abef);
  state->cdgh = _mm_add_epi32(state->cdgh, start.cdgh);
}

/// Two messages at once: while one waits for its round the other has the unit.
INLINE void compress_two(
    Lanes *one, const uint8_t *bytes_one, Lanes *two, const uint8_t *bytes_two) {
  const Lanes start_one = *one, start_two = *two;
  __m128i words_one[4], words_two[4];
  load(words_one, bytes_one);
  load(words_two, bytes_two);
#pragma unroll
  for (int group = 0; group < 16; group++) {
    four_rounds(one, words_one, group);
    four_rounds(two, words_two, group);
  }
  one->abef = _mm_add_epi32(one->abef, start_one.abef);
  one->cdgh = _mm_add_epi32(one->cdgh, start_one.cdgh);
  two->abef = _mm_add_epi32(two->abef, start_two.abef);
  two->cdgh = _mm_add_epi32(two->cdgh, start_two.cdgh);
}

INLINE void finish(Lanes state, Message message, size_t index, uint8_t *out) {
  uint8_t room[64];
  const size_t blocks = block_count(message);
  for (; index < blocks; index++) compress(&state, block(message, index, room));
  store_lanes(state, out);
}

INLINE void hash_two(Message one, Message two, uint8_t *out_one, uint8_t *out_two) {
  Lanes state_one = initial(), state_two = initial();
  uint8_t room_one[64], room_two[64];
  const size_t blocks_one = block_count(one), blocks_two = block_count(two);
  const size_t both = blocks_one < blocks_two ? blocks_one : blocks_two;
  for (size_t index = 0; index < both; index++) {
    compress_two(
        &state_one, block(one, index, room_one), &state_two, block(two, index, room_two));
  }
  finish(state_one, one, both, out_one);
  finish(state_two, two, both, out_two);
}

WITH_SHA static void nodes_hardware(const uint8_t *pairs, size_t count, uint8_t *out) {
  size_t index = 0;
  for (; index + 2 <= count; index += 2) {
    const Message one = {pairs + 64 * index, 64, 1}, two = {pairs + 64 * index + 64, 64, 1};
    uint8_t both[64];
    hash_two(one, two, both, both + 32);
    memcpy(out + 32 * index, both, 64);
  }
  if (index < count) {
    finish(initial(), (Message){pairs + 64 * index, 64, 1}, 0, out + 32 * index);
  }
}

WITH_SHA static void leaves_hardware(
    const uint8_t *bytes, const int64_t *ends, size_t count, uint8_t *out) {
  int64_t start = 0;
  size_t index = 0;
  for (; index + 2 <= count; index += 2) {
    const int64_t middle = ends[index], end = ends[index + 1];
    hash_two(
        (Message){bytes + start, (size_t)(middle - start), 0},
        (Message){bytes + middle, (size_t)(end - middle), 0}, out + 32 * index,
        out + 32 * index + 32);
    start = end;
  }
  if (index < count) {
    finish(
        initial(), (Message){bytes + start, (size_t)(ends[index] - start), 0}, 0,
        out + 32 * index);
  }
}

#else

int tequ_sha256_has_hardware(void) { return 0; }

#endif

void tequ_sha256_nodes(int hardware, const uint8_t *pairs, size_t count, uint8_t *out) {
#if defined(__x86_64__)
  if (hardware) return nodes_hardware(pairs, count, out);
#endif
  (void)hardware;
  for (size_t index = 0; index < count; index++) {
    uint8_t hash[32];
    hash_portable((Message){pairs + 64 * index, 64, 1}, hash);
    memcpy(out + 32 * index, hash, 32);
  }
}

void tequ_sha256_leaves(
    int hardware, const uint8_t *bytes, const int64_t *ends, size_t count, uint8_t *out) {
#if defined(__x86_64__)
  if (hardware) return leaves_hardware(bytes, ends, count, out);
#endif
  (void)hardware;
  int64_t start = 0;
  for (size_t index = 0; index < count; index++) {
    hash_portable((Message){bytes + start, (size_t)(ends[index] - start), 0}, out + 32 * index);
    start = ends[index];
  }
}
