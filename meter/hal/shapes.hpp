// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

namespace meter::hal {

// What the arguments of a downcall are, in order. The C types do not say how far a pointer reaches
// or who writes there; with these, a call can be made on a C++ part, written down, sent over a line
// or compared, and nobody has to know which call it is.
struct Input {
  static constexpr bool kOut = false;
};
struct Output {
  static constexpr bool kOut = true;
};
struct Value : Input {};  // a number or an enumerator
struct Flag : Input {};   // an int that is zero or not
template <std::size_t n>
struct In : Input {};        // n octets to read
struct InArray : Input {};   // elements to read, and how many
struct InStruct : Input {};  // a structure to read, or NULL
template <std::size_t n>
struct Out : Output {};       // n octets to write
struct OutValue : Output {};  // a number to write, unless the call fails
struct OutArray : Output {};  // elements to write, room for how many; a count as result: so many
template <std::uint32_t less>
struct OutLike : Output {};  // octets to write, as many as the last InArray has, less some
template <typename Shape>
struct Secret : Input {};  // compared, never shown
template <typename Shape>
struct Marked : Input {};  // shown as a mark only

template <typename... Shape>
struct Shapes {};
template <typename... T>
struct List {};

template <typename T>
struct PlainShape {
  using Type = T;
};
template <typename T>
struct PlainShape<Secret<T>> {
  using Type = T;
};
template <typename T>
struct PlainShape<Marked<T>> {
  using Type = T;
};

template <typename T>
using Octets = std::conditional_t<std::is_const_v<T>, const std::uint8_t, std::uint8_t>;
template <typename T>
using Element = std::conditional_t<std::is_void_v<T>, Octets<T>, T>;

// The C arguments that a shape takes, as one C++ value.
constexpr auto view(Value, std::uint32_t, auto value) { return value; }
constexpr bool view(Flag, std::uint32_t, int value) { return value != 0; }
template <std::size_t n>
constexpr auto view(In<n>, std::uint32_t, const std::uint8_t* octets) {
  return std::span<const std::uint8_t, n>(octets, n);
}
template <typename T>
constexpr const T* view(InStruct, std::uint32_t, const T* value) {
  return value;
}
template <std::size_t n>
constexpr auto view(Out<n>, std::uint32_t, std::uint8_t* octets) {
  return std::span<std::uint8_t, n>(octets, n);
}
template <typename T>
constexpr T* view(OutValue, std::uint32_t, T* value) {
  return value;
}
template <std::uint32_t less>
constexpr auto view(OutLike<less>, std::uint32_t last, std::uint8_t* octets) {
  return std::span<std::uint8_t>(octets, last < less ? 0 : last - less);
}
template <typename T>
constexpr auto view_array(T* first, std::uint32_t n) {
  return std::span<Element<T>>(static_cast<Element<T>*>(first), n);
}

template <typename Shape>
inline constexpr bool kTakesTwo = std::is_same_v<typename PlainShape<Shape>::Type, InArray> ||
                                  std::is_same_v<typename PlainShape<Shape>::Type, OutArray>;

// Calls `to` with the views of all arguments. Steps of the compiler, not of the processor: all of
// it comes down to the one call.
template <typename To>
[[gnu::always_inline]] constexpr decltype(auto) views(Shapes<>, std::uint32_t, To to) {
  return to();
}
template <typename S, typename... More, typename To, typename T, typename... Rest>
[[gnu::always_inline]] constexpr decltype(auto) views(Shapes<S, More...>, std::uint32_t last, To to,
                                                      T argument, Rest... rest) {
  const auto go_on = [&to](std::uint32_t n, auto here, auto... further)
                         __attribute__((always_inline))
                             ->decltype(auto) {
    const auto add = [&](auto... more) __attribute__((always_inline))->decltype(auto) {
      return to(here, more...);
    };
    return views(Shapes<More...>{}, n, add, further...);
  };
  if constexpr (kTakesTwo<S>) {
    return [&](std::uint32_t n, auto... further) __attribute__((always_inline))->decltype(auto) {
      return go_on(n, view_array(argument, n), further...);
    }
    (rest...);
  } else {
    return go_on(last, view(typename PlainShape<S>::Type{}, last, argument), rest...);
  }
}

// Calls visit(Shape{}, view) for each argument in turn.
template <typename... S, typename Visit, typename... A>
constexpr void each(Shapes<S...> shapes, Visit visit, A... arguments) {
  const auto all = [&](auto... view) __attribute__((always_inline)) { (visit(S{}, view), ...); };
  views(shapes, 0, all, arguments...);
}

// ---- Tables ----

template <typename Policy, typename Peripheral, typename Call, typename Function>
struct Thunk;
template <typename Policy, typename Peripheral, typename Call, typename R, typename... A>
struct Thunk<Policy, Peripheral, Call, R (*)(void*, A...)> {
  static R run(void* context, A... arguments) {
    return Policy::template run<Peripheral, Call, R>(context, arguments...);
  }
};

template <typename Member>
struct MemberType;
template <typename Class, typename T>
struct MemberType<T Class::*> {
  using Type = T;
};
template <typename Call>
using FunctionOf = typename MemberType<std::remove_const_t<decltype(Call::kMember)>>::Type;

template <typename Policy, typename Peripheral, typename Call>
constexpr FunctionOf<Call> entry() {
  if constexpr (Policy::template kHas<Peripheral, Call>) {
    return &Thunk<Policy, Peripheral, Call, FunctionOf<Call>>::run;
  } else {
    return nullptr;
  }
}
template <typename Policy, typename Peripheral, typename... Call>
constexpr typename Peripheral::Table make_table(List<Call...>) {
  using Table = typename Peripheral::Table;
  static_assert(sizeof(Table) == sizeof(void*) * (1 + sizeof...(Call)), "a call is not listed");
  Table table{};
  table.size = sizeof(Table);
  ((table.*Call::kMember = entry<Policy, Peripheral, Call>()), ...);
  return table;
}
template <typename Policy, typename Peripheral>
inline constexpr typename Peripheral::Table kTable =
    make_table<Policy, Peripheral>(typename Peripheral::Calls{});

// The call goes to a part of a board: the member with the peripheral's name, which has a method
// with the call's. A method returns what the call does; bool where the call returns 0 or -1.
template <typename Board, typename Peripheral, typename Call>
constexpr bool has_method() {
  if constexpr (requires(Board & some) { Peripheral::part(some); }) {
    return Call::template kIn<
        std::remove_cvref_t<decltype(Peripheral::part(std::declval<Board&>()))>>;
  } else {
    return false;
  }
}
template <typename Board>
struct OnBoard {
  template <typename Peripheral, typename Call>
  static constexpr bool kHas = has_method<Board, Peripheral, Call>();

  template <typename Peripheral, typename Call, typename R, typename... A>
  static R run(void* context, A... arguments) {
    auto& part = Peripheral::part(*static_cast<Board*>(context));
    const auto call = [&part](auto... view) { return Call::invoke(part, view...); };
    using Result = decltype(views(typename Call::Shape{}, 0, call, arguments...));
    if constexpr (std::is_same_v<Result, bool>) {
      return views(typename Call::Shape{}, 0, call, arguments...) ? 0 : -1;
    } else {
      return views(typename Call::Shape{}, 0, call, arguments...);
    }
  }
};

template <typename Peripheral>
struct TableSlot {
  typename Peripheral::Table table;
};
inline void keep_calls(void* table, std::size_t n, unsigned calls) {
  auto* function = static_cast<std::byte*>(table) + sizeof(void*);  // behind the size
  for (; n > 0; --n, calls >>= 1, function += sizeof(void*)) {
    if ((calls & 1u) == 0) std::memset(function, 0, sizeof(void*));
  }
}
// Tables of a platform that stands for another and has the calls that one has.
template <typename All>
struct Tables;
template <typename... Peripheral>
struct Tables<List<Peripheral...>> : TableSlot<Peripheral>... {
  // calls_of(Peripheral{}): a bit a call, in the order of the list; 0: not fitted.
  template <typename Policy, typename Hal, typename CallsOf>
  void resemble(Hal& hal, CallsOf calls_of) {
    (one<Policy>(hal, Peripheral{}, calls_of(Peripheral{})), ...);
  }

 private:
  template <typename Policy, typename Hal, typename P>
  void one(Hal& hal, P, unsigned calls) {
    auto& table = TableSlot<P>::table;
    table = kTable<Policy, P>;
    keep_calls(&table, sizeof(table) / sizeof(void*) - 1, calls);
    hal.*P::kMember = calls != 0 ? &table : nullptr;
  }
};

}  // namespace meter::hal
