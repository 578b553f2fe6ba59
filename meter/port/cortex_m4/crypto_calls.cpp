// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The crypto block: a peripheral behind the second UART. The same model serves it that serves the
// host build.
#include "meter/port/cortex_m4/calls.hpp"
#include "meter/port/cortex_m4/downcall.hpp"

namespace meter::port {
namespace {

constexpr std::uint32_t kKey = 16;
constexpr std::uint32_t kIv = 12;
constexpr std::uint32_t kTag = 12;

// Announced on the first line, so that the host knows in what order all was called.
Link& begin(const Downcall& call, Kind kind, std::uint32_t octets) {
  call->host().begin(Kind::crypto, 0);
  call->host().end();
  call->crypto().begin(kind, octets);
  return call->crypto();
}

// u8 failed, then `n` octets for `out` even when it failed: the block wipes what it could not open.
int take(protocol::Reader answer, std::uint8_t* out, std::uint32_t n) {
  const bool failed = answer.u8() != 0;
  const Bytes octets = answer.take(n);
  if (!answer.ok()) return -1;
  if (n > 0) std::memcpy(out, octets.data(), n);
  return failed ? -1 : 0;
}

int gcm_seal(void* context, const std::uint8_t key[16], const std::uint8_t iv[12],
             const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in, std::uint32_t n,
             std::uint8_t* out, std::uint8_t tag[12]) {
  const Downcall call(context);
  Link& line = begin(call, Kind::seal, kKey + kIv + 4 + aad_n + n);
  line.put({key, kKey});
  line.put({iv, kIv});
  line.put_u32(aad_n);
  line.put({aad, aad_n});
  line.put({in, n});
  protocol::Reader answer = call->ask(line);
  const bool failed = answer.u8() != 0;
  const Bytes octets = answer.take(kTag);
  const Bytes text = answer.take(n);
  if (!answer.ok()) return -1;
  std::memcpy(tag, octets.data(), kTag);
  if (n > 0) std::memcpy(out, text.data(), n);
  return failed ? -1 : 0;
}

int gcm_open(void* context, const std::uint8_t key[16], const std::uint8_t iv[12],
             const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in, std::uint32_t n,
             const std::uint8_t tag[12], std::uint8_t* out) {
  const Downcall call(context);
  Link& line = begin(call, Kind::open, kKey + kIv + kTag + 4 + aad_n + n);
  line.put({key, kKey});
  line.put({iv, kIv});
  line.put({tag, kTag});
  line.put_u32(aad_n);
  line.put({aad, aad_n});
  line.put({in, n});
  return take(call->ask(line), out, n);
}

int key_unwrap(void* context, const std::uint8_t kek[16], const std::uint8_t* in, std::uint32_t n,
               std::uint8_t* out) {
  const Downcall call(context);
  if (n < 24) return -1;  // RFC 3394: two 64-bit blocks and the check
  Link& line = begin(call, Kind::unwrap, kKey + n);
  line.put({kek, kKey});
  line.put({in, n});
  return take(call->ask(line), out, n - 8);
}

void random(void* context, std::uint8_t* out, std::uint32_t n) {
  const Downcall call(context);
  Link& line = begin(call, Kind::random, 4);
  line.put_u32(n);
  protocol::Reader answer = call->ask(line);
  const Bytes octets = answer.take(n);
  if (!octets.empty()) std::memcpy(out, octets.data(), octets.size());
}

}  // namespace

void add_crypto_calls(meter_hal& table) {
  table.gcm_seal = gcm_seal;
  table.gcm_open = gcm_open;
  table.key_unwrap = key_unwrap;
  table.random = random;
}

}  // namespace meter::port
