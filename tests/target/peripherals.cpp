// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The power line modem and the crypto block of the image, served from the platform's table.
#include "tests/target/target_meter.hpp"

namespace target {
namespace {

using meter::port::octets_of;
using meter::port::take_struct;

std::uint8_t failed(int result) { return result != 0 ? 1 : 0; }
std::uint32_t size32(Bytes octets) { return static_cast<std::uint32_t>(octets.size()); }

constexpr std::size_t kKey = 16;
constexpr std::size_t kIv = 12;
constexpr std::size_t kTag = 12;

}  // namespace

bool TargetMeter::serve_plc(Kind kind, protocol::Reader in) {
  if (kind == Kind::plc_send) {
    const std::uint8_t scheme = in.u8();
    const std::uint8_t level = in.u8();
    const Bytes mpdu = in.rest();
    answer_octet(failed(hal_->plc_send(hal_->context, mpdu.data(), size32(mpdu), scheme, level)));
  } else if (kind == Kind::plc_busy) {
    answer_octet(hal_->plc_busy(hal_->context) != 0 ? 1 : 0);
  } else if (kind == Kind::plc_filter) {
    std::vector<meter_plc_rule> rules(in.remaining() / sizeof(meter_plc_rule));
    for (meter_plc_rule& rule : rules) rule = take_struct<meter_plc_rule>(in);
    hal_->plc_filter(hal_->context, rules.data(), static_cast<std::uint32_t>(rules.size()));
  } else if (kind == Kind::plc_search) {
    hal_->plc_search(hal_->context, in.u8());
  } else {
    return false;
  }
  return true;
}

bool TargetMeter::serve_beacons(Kind kind, protocol::Reader in) {
  if (kind == Kind::plc_heard) {
    std::vector<meter_plc_beacon> heard(in.u32());
    heard.resize(
        hal_->plc_heard(hal_->context, heard.data(), static_cast<std::uint32_t>(heard.size())));
    const auto* const octets = reinterpret_cast<const std::uint8_t*>(heard.data());
    answer({{octets, heard.size() * sizeof(meter_plc_beacon)}});
  } else if (kind == Kind::plc_watch) {
    const bool none = in.remaining() == 0;
    const auto watch = take_struct<meter_plc_watch>(in);
    hal_->plc_watch(hal_->context, none ? nullptr : &watch);
  } else if (kind == Kind::plc_plan) {
    const bool none = in.remaining() == 0;
    const auto plan = take_struct<meter_plc_plan>(in);
    hal_->plc_beacon(hal_->context, none ? nullptr : &plan);
  } else if (kind == Kind::plc_frame_time) {
    std::int64_t start_us = 0;
    std::uint32_t sequence = 0;
    std::array<std::uint8_t, 13> octets;
    protocol::Writer out{octets};
    out.u8(failed(hal_->plc_frame_time(hal_->context, &start_us, &sequence)));
    out.u64(static_cast<std::uint64_t>(start_us));
    out.u32(sequence);
    answer({octets});
  } else {
    return false;
  }
  return true;
}

bool TargetMeter::serve_crypto(Kind kind, protocol::Reader in) {
  void* const context = hal_->context;
  const auto reply = [this](std::initializer_list<Bytes> parts) { answer_on(crypto_, parts); };
  if (kind == Kind::random) {
    std::vector<std::uint8_t> octets(in.u32());
    hal_->random(context, octets.data(), size32(octets));
    reply({octets});
    return true;
  }
  if (kind != Kind::seal && kind != Kind::open && kind != Kind::unwrap) return false;
  const Bytes key = in.take(kKey);
  std::uint8_t flag = 1;
  if (kind == Kind::unwrap) {
    const Bytes wrapped = in.rest();
    std::vector<std::uint8_t> out(wrapped.size() - 8);
    flag =
        failed(hal_->key_unwrap(context, key.data(), wrapped.data(), size32(wrapped), out.data()));
    reply({{&flag, 1}, out});
    return true;
  }
  const Bytes iv = in.take(kIv);
  std::vector<std::uint8_t> tag(kTag);
  if (kind == Kind::open) {
    const Bytes given = in.take(kTag);
    tag.assign(given.begin(), given.end());
  }
  const Bytes aad = in.take(in.u32());
  const Bytes text = in.rest();
  std::vector<std::uint8_t> out(text.size());
  if (kind == Kind::seal) {
    flag = failed(hal_->gcm_seal(context, key.data(), iv.data(), aad.data(), size32(aad),
                                 text.data(), size32(text), out.data(), tag.data()));
    reply({{&flag, 1}, tag, out});
  } else {
    flag = failed(hal_->gcm_open(context, key.data(), iv.data(), aad.data(), size32(aad),
                                 text.data(), size32(text), tag.data(), out.data()));
    reply({{&flag, 1}, out});
  }
  return true;
}

}  // namespace target
