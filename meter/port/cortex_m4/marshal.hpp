// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>

#include "meter/hal/table_of.hpp"
#include "protocol/bytes.hpp"

// Calls of the boundary as octets: their arguments, and what they answer. Image and host both use
// it, for downcalls and upcalls; nothing here knows any of them. Numbers and structures cross as
// they lie in memory: both sides are little-endian and align 64-bit members to eight octets.
// Enumerators and flags take one octet, as the sizes of their types differ.
namespace meter::port {

using hal::In;
using hal::InArray;
using hal::InStruct;
using hal::List;
using hal::Out;
using hal::OutArray;
using hal::OutLike;
using hal::OutValue;
using hal::Shapes;
using hal::Value;
using protocol::Bytes;
using protocol::MutableBytes;

template <typename T>
Bytes octets_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof(value)};
}
template <typename T, std::size_t n>
Bytes octets_of(std::span<T, n> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}
// A structure off the front; zeroes when too little is left, which the reader remembers.
template <typename T>
T take_struct(protocol::Reader& in) {
  T value{};
  const Bytes octets = in.take(sizeof(T));
  if (!octets.empty()) std::memcpy(&value, octets.data(), sizeof(T));
  return value;
}

template <typename T>
using Wired = std::conditional_t<std::is_enum_v<T> || std::is_same_v<T, bool>, std::uint8_t, T>;

template <typename Sink, typename T>
void put_value(Sink& out, T value) {
  const auto wired = static_cast<Wired<T>>(value);
  out.put(octets_of(wired));
}
template <typename T>
T take_value(protocol::Reader& in) {
  return static_cast<T>(take_struct<Wired<T>>(in));
}

template <typename Shape>
using Plain = typename hal::PlainShape<Shape>::Type;
// ---- Arguments ----

template <typename Sink>
struct PutArgument {
  Sink& out;

  template <typename Shape, typename View>
  void operator()(Shape, View view) const {
    using Is = Plain<Shape>;
    if constexpr (std::is_same_v<Is, OutArray>) {
      put_value(out, static_cast<std::uint32_t>(view.size()));
    } else if constexpr (std::is_same_v<Is, InArray>) {
      put_value(out, static_cast<std::uint32_t>(view.size()));
      out.put(octets_of(view));
    } else if constexpr (std::is_same_v<Is, InStruct>) {
      put_value(out, view != nullptr);
      if (view != nullptr) out.put(octets_of(*view));
    } else if constexpr (std::is_arithmetic_v<View> || std::is_enum_v<View>) {
      put_value(out, view);
    } else if constexpr (!Is::kOut) {
      out.put(octets_of(view));
    }
  }
};
template <typename Sink, typename Shape, typename... A>
void put_arguments(Sink& out, Shape shapes, A... arguments) {
  hal::each(shapes, PutArgument<Sink>{out}, arguments...);
}

// Takes the C arguments off a message and hands them to `to`; not if too little is there. `room`
// gives memory: to write to, and to read from where octets do not lie as their type wants.
template <typename Room, typename To>
[[gnu::always_inline]] inline void take_arguments(Shapes<>, List<>, protocol::Reader& in, Room&,
                                                  std::uint32_t, To to) {
  if (in.ok()) to();
}
template <typename S, typename... More, typename T, typename... Rest, typename Room, typename To>
[[gnu::always_inline]] inline void take_arguments(Shapes<S, More...>, List<T, Rest...>,
                                                  protocol::Reader& in, Room& room,
                                                  std::uint32_t last, To to) {
  using Is = Plain<S>;
  const auto go_on = [&](auto types, std::uint32_t n, auto... here) __attribute__((always_inline)) {
    const auto add = [&](auto... further) __attribute__((always_inline)) {
      to(here..., further...);
    };
    take_arguments(Shapes<More...>{}, types, in, room, n, add);
  };
  if constexpr (std::is_same_v<Is, Value>) {
    go_on(List<Rest...>{}, last, take_value<T>(in));
  } else if constexpr (std::is_same_v<Is, hal::Flag>) {
    go_on(List<Rest...>{}, last, static_cast<int>(in.u8()));
  } else if constexpr (std::is_same_v<Is, InArray> || std::is_same_v<Is, OutArray>) {
    using Of = std::remove_const_t<hal::Element<std::remove_pointer_t<T>>>;
    const auto n = take_value<std::uint32_t>(in);
    const auto drop_count = [&]<typename Count, typename... After>(List<Count, After...>) {
      if constexpr (std::is_same_v<Is, OutArray>) {
        go_on(List<After...>{}, last, static_cast<T>(room.template make<Of>(n)), n);
      } else {
        const Of* const first = room.template lay<Of>(in.take(n * sizeof(Of)));
        go_on(List<After...>{}, n, first, n);
      }
    };
    drop_count(List<Rest...>{});
  } else if constexpr (std::is_same_v<Is, InStruct>) {
    using Of = std::remove_const_t<std::remove_pointer_t<T>>;
    const bool given = in.u8() != 0;
    const Of copy = given ? take_struct<Of>(in) : Of{};
    go_on(List<Rest...>{}, last, given ? &copy : nullptr);
  } else if constexpr (std::is_same_v<Is, OutValue>) {
    go_on(List<Rest...>{}, last, room.template make<std::remove_pointer_t<T>>(1));
  } else {
    take_octets(Is{}, in, room, last, [&](auto* octets) { go_on(List<Rest...>{}, last, octets); });
  }
}
template <std::size_t n, typename Room, typename To>
void take_octets(In<n>, protocol::Reader& in, Room&, std::uint32_t, To to) {
  to(in.take(n).data());
}
template <std::size_t n, typename Room, typename To>
void take_octets(Out<n>, protocol::Reader&, Room& room, std::uint32_t, To to) {
  to(room.template make<std::uint8_t>(n));
}
template <std::uint32_t less, typename Room, typename To>
void take_octets(OutLike<less>, protocol::Reader&, Room& room, std::uint32_t last, To to) {
  to(room.template make<std::uint8_t>(last < less ? 0 : last - less));
}

// ---- Answers ----

template <typename... S>
constexpr bool writes(Shapes<S...>) {
  return (S::kOut || ...);
}
template <typename R, typename Shape>
inline constexpr bool kIsAnswered = !std::is_void_v<R> || writes(Shape{});

// The octets that each output comes to: of an array as many elements as the call says; of a number
// some that nobody keeps when it failed. `result`: of a call that has none, any int.
template <typename R, typename Shape, typename Visit, typename... A>
void each_output(R result, Shape shapes, Visit visit, A... arguments) {
  const auto octets = [](auto* first, std::size_t n) {
    return MutableBytes(reinterpret_cast<std::uint8_t*>(first), n * sizeof(*first));
  };
  hal::each(
      shapes,
      [&]<typename S, typename View>(S, View view) {
        if constexpr (std::is_same_v<S, OutValue>) {
          std::remove_pointer_t<View> nowhere{};
          visit(octets(std::is_same_v<R, int> && result != 0 ? &nowhere : view, 1));
        } else if constexpr (std::is_same_v<S, OutArray> && std::is_same_v<R, std::uint32_t>) {
          visit(octets(view.data(), std::min<std::size_t>(result, view.size())));
        } else if constexpr (S::kOut) {
          visit(octets(view.data(), view.size()));
        }
      },
      arguments...);
}
template <typename Sink, typename R, typename Shape, typename... A>
void put_outputs(Sink& out, R result, Shape shapes, A... arguments) {
  each_output(
      result, shapes, [&out](Bytes octets) { out.put(octets); }, arguments...);
}
template <typename R, typename Shape, typename... A>
void take_outputs(protocol::Reader& in, R result, Shape shapes, A... arguments) {
  const auto fill = [&in](MutableBytes octets) {
    const Bytes taken = in.take(octets.size());
    if (!taken.empty()) std::memcpy(octets.data(), taken.data(), taken.size());
  };
  each_output(result, shapes, fill, arguments...);
}

// ---- Which call ----

template <typename T, typename... All>
constexpr std::uint8_t place_of(List<All...>) {
  std::uint8_t at = 0;
  bool found = false;
  ((found = found || std::is_same_v<T, All>, at += found ? 0 : 1), ...);
  return at;
}
template <typename Peripheral, typename Call>
inline constexpr std::uint8_t kCallNumber[2] = {place_of<Peripheral>(hal::Peripherals{}),
                                                place_of<Call>(typename Peripheral::Calls{})};

// ---- Both sides have the same headers ----

constexpr std::uint32_t mix(std::uint32_t hash, std::uint32_t octet) {
  return (hash ^ octet) * 16'777'619u;  // FNV-1a
}
template <typename... Call>
constexpr std::uint32_t mix_calls(std::uint32_t hash, List<Call...>) {
  const auto one = [&hash](const char* name) {
    for (; *name != 0; ++name) hash = mix(hash, static_cast<std::uint8_t>(*name));
  };
  (one(Call::kName), ...);
  return hash;
}
template <typename... Peripheral>
constexpr std::uint32_t hash_of(List<Peripheral...>) {
  std::uint32_t hash = 2'166'136'261u;
  ((hash = mix_calls(hash, typename Peripheral::Calls{})), ...);
  return hash;
}

}  // namespace meter::port
