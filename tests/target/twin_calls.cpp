// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The tables of both sides: the host build's is the platform's, with every call written down; the
// image's lets nothing happen any more, and each call must be the host build's.
#include <algorithm>

#include "protocol/crc32.hpp"
#include "tests/target/twin.hpp"

namespace target {
namespace {

using meter::hal::FunctionOf;
using meter::hal::Marked;
using meter::hal::Secret;
using meter::port::InStruct;
using meter::port::kIsAnswered;
using meter::port::octets_of;
using meter::port::OutArray;
using meter::port::put_outputs;
using meter::port::put_value;
using meter::port::take_outputs;

std::uint32_t mark_of(Bytes octets) { return protocol::crc32(octets); }

// What a call is, fit to be printed, and apart from it what is nobody's business.
struct Written {
  std::string what;
  std::vector<std::uint8_t> hidden;

  template <typename Shape, typename View>
  void add(Shape, View view) {
    if constexpr (std::is_arithmetic_v<View> || std::is_enum_v<View>) {
      append(what, static_cast<long long>(view));
    } else if constexpr (std::is_same_v<Shape, InStruct>) {
      if (view == nullptr) {
        what += " none";
      } else {
        append(what, octets_of(*view));
      }
    } else if constexpr (std::is_same_v<Shape, OutArray>) {
      append(what, static_cast<long long>(view.size()));
    } else if constexpr (!Shape::kOut) {
      append(what, octets_of(view));
    }
  }
  template <typename Shape, typename View>
  void add(Marked<Shape>, View view) {
    append(what, mark_of(octets_of(view)));
  }
  template <typename Shape, typename View>
  void add(Secret<Shape>, View view) {
    append(what, static_cast<long long>(view.size()));
    const Bytes octets = octets_of(view);
    hidden.insert(hidden.end(), octets.begin(), octets.end());
  }
};
template <typename Peripheral, typename Call, typename... A>
Written written(A... arguments) {
  Written written{std::string(Peripheral::kName) + ' ' + Call::kName, {}};
  const auto add = [&written](auto shape, auto view) { written.add(shape, view); };
  meter::hal::each(typename Call::Shape{}, add, arguments...);
  return written;
}

}  // namespace

// The parts of a board, by the names of struct meter_hal.
struct TwinPart {
  Twin& twin;
  const meter_hal& hal() const { return twin.platform_; }
  void* under() const { return twin.platform_.context; }
};

// ---- Recording ----

struct RecordBoard {
  static void note(Twin& twin, Written call, std::vector<std::uint8_t> answer, bool answered) {
    twin.transcript_.record(
        {std::move(call.what), std::move(call.hidden), std::move(answer), answered});
  }

  // Time stands still in an upcall: the image knows it beforehand.
  struct Clock : TwinPart {
    std::int64_t uptime_us() { return hal().clock->uptime_us(under()); }
  };
  struct Rtc : TwinPart {
    std::int64_t ticks() { return hal().rtc->ticks(under()); }
    int lost() { return hal().rtc->lost(under()); }
    void set(std::int64_t to) {
      hal().rtc->set(under(), to);
      note(twin, {text("rtc set", to), {}}, clock_answer(ticks(), lost()), true);
    }
  };
  struct Flash : TwinPart {
    bool read(std::uint32_t address, std::span<std::uint8_t> out) {
      return hal().flash->read(under(), address, out.data(),
                               static_cast<std::uint32_t>(out.size())) == 0;
    }
    bool write(std::uint32_t address, Bytes data) {
      std::string what = text("flash write", address, data, retained_mark());
      const auto n = static_cast<std::uint32_t>(data.size());
      const int result = hal().flash->write(under(), address, data.data(), n);
      return keep(std::move(what), result, address, n);
    }
    bool erase(std::uint32_t page) {
      std::string what = text("flash erase", page, retained_mark());
      const int result = hal().flash->erase(under(), page);
      return keep(std::move(what), result, page * METER_FLASH_PAGE_BYTES, METER_FLASH_PAGE_BYTES);
    }
    // With what stands in the cells now, and with the state of the battery-backed RAM that a
    // supply cut in this very operation would leave.
    std::uint32_t retained_mark() const {
      return mark_of({static_cast<const std::uint8_t*>(hal().retained), hal().retained_bytes});
    }
    bool keep(std::string what, int result, std::uint32_t address, std::uint32_t n) {
      note(twin, {std::move(what), {}}, flash_answer(hal(), result != 0, address, n), true);
      return result == 0;
    }
  };
  struct Buffers : TwinPart {
    std::uint8_t* take() {
      std::uint8_t* const buffer = hal().buffers->take(under());
      if (buffer != nullptr) *std::find(twin.taken_.begin(), twin.taken_.end(), nullptr) = buffer;
      const std::uint8_t token = buffer == nullptr ? meter::port::kNoSlot : twin.token_of(buffer);
      note(twin, {"buffers take", {}}, {token}, true);
      return buffer;
    }
    void give(std::uint8_t* buffer) {
      const std::uint8_t token = twin.token_of(buffer);
      if (token != meter::port::kNoSlot) twin.taken_[token] = nullptr;
      hal().buffers->give(under(), buffer);
      note(twin, {text("buffers give", token), {}}, {}, false);
    }
  };

  template <typename Peripheral, typename Call, typename R, typename... A>
  static R call(Twin& twin, A... arguments) {
    const meter_hal& hal = twin.platform_;
    Written call = written<Peripheral, Call>(arguments...);
    const auto function = hal.*Peripheral::kMember->*Call::kMember;
    constexpr bool kAnswered = kIsAnswered<R, typename Call::Shape>;
    Octets answer;
    if constexpr (std::is_void_v<R>) {
      function(hal.context, arguments...);
      put_outputs(answer, 0, typename Call::Shape{}, arguments...);
      note(twin, std::move(call), std::move(answer.all), kAnswered);
    } else {
      const R result = function(hal.context, arguments...);
      put_value(answer, result);
      put_outputs(answer, result, typename Call::Shape{}, arguments...);
      note(twin, std::move(call), std::move(answer.all), kAnswered);
      return result;
    }
  }

  Clock clock;
  Rtc rtc;
  Flash flash;
  Buffers buffers;
};

// ---- Replaying ----

struct ReplayBoard {
  static protocol::Reader same(Twin& twin, const Written& call) {
    return protocol::Reader(twin.transcript_.replay(call.what, call.hidden));
  }

  struct Clock : TwinPart {
    std::int64_t uptime_us() { return 0; }
  };
  struct Rtc : TwinPart {
    std::int64_t ticks() { return twin.rtc_ticks_; }
    int lost() { return twin.rtc_lost_; }
    void set(std::int64_t to) {
      protocol::Reader in = same(twin, {text("rtc set", to), {}});
      twin.rtc_ticks_ = static_cast<std::int64_t>(in.u64());
      twin.rtc_lost_ = in.u8();
    }
  };
  struct Flash : TwinPart {
    // Of what was written or erased last, or just whether the page can be read.
    bool read(std::uint32_t address, std::span<std::uint8_t> out) {
      const std::uint32_t page = address / METER_FLASH_PAGE_BYTES;
      if ((twin.unreadable_[page / 8] >> page % 8 & 1u) != 0) return false;
      std::copy_n(twin.cells_.begin(), std::min(out.size(), twin.cells_.size()), out.begin());
      return true;
    }
    bool write(std::uint32_t address, Bytes data) {
      return replay(text("flash write", address, data,
                         mark_of({twin.retained_.data(), twin.platform_.retained_bytes})));
    }
    bool erase(std::uint32_t page) {
      return replay(text("flash erase", page,
                         mark_of({twin.retained_.data(), twin.platform_.retained_bytes})));
    }
    bool replay(const std::string& what) {
      protocol::Reader in = same(twin, {what, {}});
      const bool failed = in.u8() != 0;
      const bool readable = in.u8() != 0;
      const Bytes rest = in.rest();
      twin.unreadable_.fill(0);
      if (!readable) std::copy_n(rest.begin(), twin.unreadable_.size(), twin.unreadable_.begin());
      twin.cells_.assign(rest.begin(), readable ? rest.end() : rest.begin());
      return !failed;
    }
  };
  struct Buffers : TwinPart {
    std::uint8_t* take() {
      const std::uint8_t token = same(twin, {"buffers take", {}}).u8();
      return token == meter::port::kNoSlot ? nullptr : &twin.stand_ins_[token];
    }
    void give(std::uint8_t* buffer) {
      const std::ptrdiff_t token = buffer - twin.stand_ins_.data();
      const bool known = token >= 0 && token < static_cast<std::ptrdiff_t>(meter::port::kSlots);
      same(twin, {text("buffers give", known ? token : meter::port::kNoSlot), {}});
    }
  };

  template <typename Peripheral, typename Call, typename R, typename... A>
  static R call(Twin& twin, A... arguments) {
    protocol::Reader in = same(twin, written<Peripheral, Call>(arguments...));
    if constexpr (std::is_void_v<R>) {
      take_outputs(in, 0, typename Call::Shape{}, arguments...);
    } else {
      const R result = meter::port::take_value<R>(in);
      take_outputs(in, result, typename Call::Shape{}, arguments...);
      return result;
    }
  }

  Clock clock;
  Rtc rtc;
  Flash flash;
  Buffers buffers;
};

// ---- Tables ----

namespace {

// A call of which the board has a part, or any other.
template <typename Board>
struct OnTwin {
  template <typename Peripheral, typename Call>
  static constexpr bool kHas = true;

  template <typename Peripheral, typename Call, typename R, typename... A>
  static R run(void* context, A... arguments) {
    Twin& twin = *static_cast<Twin*>(context);
    if constexpr (meter::hal::has_method<Board, Peripheral, Call>()) {
      Board board{{twin}, {twin}, {twin}, {twin}};
      return meter::hal::OnBoard<Board>::template run<Peripheral, Call, R>(&board, arguments...);
    } else {
      return Board::template call<Peripheral, Call, R>(twin, arguments...);
    }
  }
};

template <typename Board>
meter_hal table(const meter_hal& platform, Twin* twin, TwinTables& tables) {
  meter_hal table = platform;
  table.context = twin;
  tables.resemble<OnTwin<Board>>(table, [&]<typename P>(P) { return calls_of<P>(platform); });
  return table;
}

}  // namespace

meter_hal record_table(const meter_hal& platform, Twin* twin) {
  return table<RecordBoard>(platform, twin, twin->record_tables_);
}

meter_hal replay_table(const meter_hal& platform, Twin* twin) {
  meter_hal replay = table<ReplayBoard>(platform, twin, twin->replay_tables_);
  replay.retained = twin->retained_.data();
  return replay;
}

}  // namespace target
