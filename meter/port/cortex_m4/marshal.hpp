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
template <typename T>
Bytes octets_of(std::span<T> values) {
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
template <typename Shape>
inline constexpr bool kIsOut = false;
template <std::size_t n>
inline constexpr bool kIsOut<Out<n>> = true;
template <std::uint32_t less>
inline constexpr bool kIsOut<OutLike<less>> = true;
template <>
inline constexpr bool kIsOut<OutValue> = true;
template <>
inline constexpr bool kIsOut<OutArray> = true;

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
    } else if constexpr (!kIsOut<Is>) {
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
void take_arguments(Shapes<>, List<>, protocol::Reader& in, Room&, std::uint32_t, To to) {
  if (in.ok()) to();
}
template <typename S, typename... More, typename T, typename... Rest, typename Room, typename To>
void take_arguments(Shapes<S, More...>, List<T, Rest...>, protocol::Reader& in, Room& room,
                    std::uint32_t last, To to) {
  using Is = Plain<S>;
  const auto go_on = [&](auto types, std::uint32_t n, auto... here) {
    take_arguments(Shapes<More...>{}, types, in, room, n,
                   [&](auto... further) { to(here..., further...); });
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
  return (kIsOut<Plain<S>> || ...);
}
template <typename R, typename Shape>
inline constexpr bool kIsAnswered = !std::is_void_v<R> || writes(Shape{});

// How much of what was written counts: of an array as many as the call says, of a number nothing
// when it failed.
template <typename R>
bool failed(R result) {
  return std::is_same_v<R, int> && result != 0;
}
template <typename R, typename View>
std::size_t count_of(R result, View view) {
  if constexpr (!std::is_same_v<R, std::uint32_t>) return view.size();
  return std::min<std::size_t>(result, view.size());
}

// `result`: of a call that has none, any int.
template <typename Sink, typename R, typename Shape, typename... A>
void put_outputs(Sink& out, R result, Shape shapes, A... arguments) {
  hal::each(
      shapes,
      [&]<typename S, typename View>(S, View view) {
        if constexpr (std::is_same_v<S, OutValue>) {
          put_value(out, failed(result) ? decltype(*view + 0){} : *view);
        } else if constexpr (std::is_same_v<S, OutArray>) {
          out.put(octets_of(view.first(count_of(result, view))));
        } else if constexpr (kIsOut<S>) {
          out.put(octets_of(view));
        }
      },
      arguments...);
}
template <typename R, typename Shape, typename... A>
void take_outputs(protocol::Reader& in, R result, Shape shapes, A... arguments) {
  hal::each(
      shapes,
      [&]<typename S, typename View>(S, View view) {
        if constexpr (std::is_same_v<S, OutValue>) {
          using Of = std::remove_pointer_t<View>;
          const Of value = take_value<Of>(in);
          if (!failed(result)) *view = value;
        } else if constexpr (kIsOut<S>) {
          std::size_t n = view.size();
          if constexpr (std::is_same_v<S, OutArray>) n = count_of(result, view);
          const Bytes octets = in.take(n * sizeof(view[0]));
          if (!octets.empty()) std::memcpy(view.data(), octets.data(), octets.size());
        }
      },
      arguments...);
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
template <typename T>
constexpr std::uint32_t mix_pointee(std::uint32_t hash) {
  using Of = hal::Element<std::remove_pointer_t<T>>;
  if constexpr (std::is_pointer_v<T>) hash = mix(hash, sizeof(Of));
  return hash;
}
template <typename R, typename... A>
constexpr std::uint32_t mix_function(std::uint32_t hash, R (*)(void*, A...)) {
  ((hash = mix_pointee<A>(hash)), ...);
  return hash;
}
template <typename... Call>
constexpr std::uint32_t mix_calls(std::uint32_t hash, List<Call...>) {
  const auto one = [&hash](const char* name, auto function) {
    for (; *name != 0; ++name) hash = mix(hash, static_cast<std::uint8_t>(*name));
    hash = mix_function(hash, function);
  };
  (one(Call::kName, hal::FunctionOf<Call>{}), ...);
  return hash;
}
template <typename... Peripheral>
constexpr std::uint32_t hash_of(List<Peripheral...>) {
  std::uint32_t hash = 2'166'136'261u;
  ((hash = mix_calls(hash, typename Peripheral::Calls{})), ...);
  return hash;
}

}  // namespace meter::port
