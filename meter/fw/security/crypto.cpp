// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/security/crypto.hpp"

#include <algorithm>

namespace meter::fw {
namespace {

std::uint32_t narrow(std::size_t n) { return static_cast<std::uint32_t>(n); }

}  // namespace

bool HalCrypto::gcm_seal(const protocol::crypto::Key128& key, Bytes iv, Bytes aad, Bytes in,
                         MutableBytes out, MutableBytes tag) {
  if (sealing_blocked_) return false;
  const meter_hal& hal = hal_.table();
  hal_.work(METER_WORK_CRYPTO, in.size() + aad.size());
  return hal.crypto->gcm_seal(hal.context, key.data(), iv.data(), aad.data(), narrow(aad.size()),
                              in.data(), narrow(in.size()), out.data(), tag.data()) == 0;
}

bool HalCrypto::gcm_open(const protocol::crypto::Key128& key, Bytes iv, Bytes aad, Bytes in,
                         Bytes tag, MutableBytes out) {
  const meter_hal& hal = hal_.table();
  hal_.work(METER_WORK_CRYPTO, in.size() + aad.size());
  const bool good =
      hal.crypto->gcm_open(hal.context, key.data(), iv.data(), aad.data(), narrow(aad.size()),
                           in.data(), narrow(in.size()), tag.data(), out.data()) == 0;
  if (!good) std::fill(out.begin(), out.end(), std::uint8_t{0});
  return good;
}

bool HalCrypto::unwrap(const protocol::crypto::Key128& kek, Bytes in, MutableBytes out) {
  const meter_hal& hal = hal_.table();
  hal_.work(METER_WORK_CRYPTO, in.size());
  return hal.crypto->key_unwrap(hal.context, kek.data(), in.data(), narrow(in.size()),
                                out.data()) == 0;
}

void HalCrypto::random(MutableBytes out) {
  const meter_hal& hal = hal_.table();
  hal.crypto->random(hal.context, out.data(), narrow(out.size()));
}

void InvocationCounter::open(Core& core, BlockKind reservation) {
  reservation_ = reservation;
  std::uint32_t reserved = 1;
  core.parameters.load(core.hal, reservation_, reserved);
  // A reservation that does not read back was of a thousand more. Told to flash at once: the next
  // start does not see what this one has seen.
  const std::uint32_t lost = core.parameters.lost_since(core.hal, reservation_);
  if (lost != 0) {
    const std::uint32_t left = UINT32_MAX - reserved;  // all of them: the key's life is over
    reserved += lost <= left / kCounterReservation ? lost * kCounterReservation : left;
    static_cast<void>(core.parameters.store(core.hal, reservation_, reserved));
  }
  next_ = reserved_ = reserved;
}

std::uint32_t InvocationCounter::take(Core& core) {
  if (next_ == reserved_) {
    if (reserved_ > UINT32_MAX - kCounterReservation) return 0;  // the key's life is over
    const std::uint32_t reserved = reserved_ + kCounterReservation;
    if (!core.parameters.store(core.hal, reservation_, reserved)) return 0;
    reserved_ = reserved;
  }
  return next_++;
}

}  // namespace meter::fw
