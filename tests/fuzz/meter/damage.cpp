// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What can happen to a meter's memory while its supply is off.
#include <cstring>

#include "meter/fw/store/durable.hpp"
#include "protocol/crc32.hpp"
#include "tests/fuzz/meter/image.hpp"

namespace fuzz {
namespace {

using meter::fw::LogPlace;
using protocol::MutableBytes;

constexpr std::size_t kPage = METER_FLASH_PAGE_BYTES;
constexpr std::uint32_t kPageMagic = 0x4C574F52u;

// A log of the meter, or its parameters.
LogPlace place(unsigned which, std::uint32_t period_s) {
  std::vector<LogPlace> places{meter::fw::kParameterPlace, meter::fw::kCheckpointPlace};
  places.insert(places.end(), meter::fw::kEventPlaces.begin(), meter::fw::kEventPlaces.end());
  for (const auto& setup : meter::fw::default_setups(period_s)) places.push_back(setup.place());
  return places[which % places.size()];
}

MutableBytes page_of(rigs::FakePlatform& meter, std::size_t page) {
  return MutableBytes(meter.flash).subspan(page % METER_FLASH_PAGES * kPage, kPage);
}

void lay_over(MutableBytes room, std::size_t at, protocol::Bytes octets) {
  for (std::size_t k = 0; k < octets.size() && at + k < room.size(); ++k) room[at + k] ^= octets[k];
}

// The head of a page as another firmware, or this one in another life, has written it.
void forge_page(Program& program, rigs::FakePlatform& meter, const LogPlace& log) {
  const std::uint8_t page = program.u8();
  const std::uint32_t head[2] = {kPageMagic, program.u32()};
  const std::uint32_t crc =
      protocol::crc32({reinterpret_cast<const std::uint8_t*>(head), sizeof head}, log.first_page);
  const MutableBytes room = page_of(meter, log.first_page + page % log.pages);
  std::memcpy(room.data(), head, sizeof head);
  std::memcpy(room.data() + sizeof head, &crc, sizeof crc);
}

// A row of any content with a good checksum, near the newest one.
void forge_row(Program& program, rigs::FakePlatform& meter, const LogPlace& log) {
  meter::fw::RowLog rows;
  rows.open(meter::fw::Hal(&meter.hal), log, 0);
  const std::uint32_t slot = rows.next_slot() + program.u8() - 32u;
  Octets row(sizeof(meter::fw::RowHead) + log.value_octets);
  const protocol::Bytes content = program.string();
  std::copy_n(content.begin(), std::min(content.size(), row.size()), row.begin());
  const std::uint32_t crc = protocol::crc32(row, slot ^ std::uint32_t{log.first_page} << 24);
  for (unsigned k = 0; k < 4; ++k) row.push_back(static_cast<std::uint8_t>(crc >> 8 * k));
  const MutableBytes room =
      page_of(meter, log.first_page + slot / rows.rows_per_page() % log.pages);
  std::copy(row.begin(), row.end(),
            room.begin() + meter::fw::kPageHeaderOctets + slot % rows.rows_per_page() * row.size());
}

void forge_retained(Program& program, rigs::FakePlatform& meter) {
  const std::size_t copy = program.u8() % 2u * meter::fw::kRetainedCopyOctets;
  const std::size_t at = program.u8();
  const MutableBytes room =
      MutableBytes(meter.retained).subspan(copy, meter::fw::kRetainedCopyOctets);
  lay_over(room.first(sizeof(meter::fw::DurableState)), at, program.string());
  const std::uint32_t crc = protocol::crc32(room.first(sizeof(meter::fw::DurableState)));
  std::memcpy(room.data() + sizeof(meter::fw::DurableState), &crc, sizeof crc);
}

void touch(Damage& done, std::size_t page, bool rewinds) {
  constexpr std::size_t kEnd =
      meter::fw::kCheckpointPlace.first_page + meter::fw::kCheckpointPlace.pages;
  if (page % METER_FLASH_PAGES >= kEnd) return;
  done.parameters = true;
  done.parameters_rewound |= rewinds;
}

// Steps 1 to 6: whole pages, and octets of one.
void damage_page(unsigned what, Program& program, rigs::FakePlatform& meter, Damage& done) {
  const std::size_t page = program.u8();
  const MutableBytes room = page_of(meter, page);
  touch(done, page, what != 1);
  if (what == 1) {
    const std::size_t at = program.u16() % kPage;
    lay_over(room, at, program.string());
  } else if (what == 2) {  // nothing, or noise
    std::ranges::fill(room, program.u8());
  } else if (what == 5) {  // worn out
    meter.failing_pages.push_back(static_cast<std::uint32_t>(page));
    done.failing = true;
  } else if (what == 6) {  // the rest never written
    const std::size_t from = page * kPage + program.u16() % kPage;
    std::fill(meter.flash.begin() + static_cast<std::ptrdiff_t>(from), meter.flash.end(), 0xFF);
  } else {
    const std::size_t other = program.u8();
    touch(done, other, true);
    const Octets copy(room.begin(), room.end());
    if (what == 3) std::ranges::copy(page_of(meter, other), room.begin());  // swapped
    std::ranges::copy(copy, page_of(meter, other).begin());
  }
}

}  // namespace

Damage damage(Program& program, rigs::FakePlatform& meter, const Image& image) {
  Damage done;
  const std::uint32_t period_s = image.provision.capture_period_s;
  for (std::uint8_t step = program.u8(); step != 0; step = program.u8()) {
    const unsigned what = step % 12;
    if (what >= 1 && what <= 6) {
      damage_page(what, program, meter, done);
    } else if (what == 7) {  // battery-backed memory
      const std::size_t at = program.u16() % meter.retained.size();
      lay_over(meter.retained, at, program.string());
      done.retained = true;
    } else if (what == 8) {
      meter.retained.fill(program.u8());
      done.retained = true;
    } else if (what == 9) {
      meter.rtc_lose();
    } else if (what == 0) {
      forge_retained(program, meter);
      done.forged = done.retained = true;
    } else {
      const LogPlace log = place(program.u8(), period_s);
      what == 10 ? forge_page(program, meter, log) : forge_row(program, meter, log);
      touch(done, log.first_page, true);
      done.forged = true;
    }
  }
  return done;
}

}  // namespace fuzz
