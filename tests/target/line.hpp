// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <initializer_list>
#include <vector>

#include "meter/port/cortex_m4/wire.hpp"

namespace target {

using meter::port::Kind;
using protocol::Bytes;

struct Message {
  Kind kind;
  std::vector<std::uint8_t> payload;
  protocol::Reader reader() const { return protocol::Reader(payload); }
};

// The host's end of one serial line of the image.
class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}
  // From now on what is sent goes by RAM that both see; the line itself only says so.
  void use_boxes(std::uint8_t* upcalls, std::uint8_t* answers) {
    upcalls_ = upcalls;
    answers_ = answers;
  }

  void send(Kind kind, Bytes payload);
  void send_octets(Bytes octets);
  // Waits for it. Throws when the image says nothing for long.
  Message next();
  int fd() const { return fd_; }
  std::uint64_t octets_in() const { return octets_in_; }
  std::uint64_t octets_out() const { return octets_out_; }

 private:
  void read_more();

  int fd_;
  std::uint8_t* upcalls_ = nullptr;
  std::uint8_t* answers_ = nullptr;
  std::vector<std::uint8_t> pending_;
  std::uint64_t octets_in_ = 0;
  std::uint64_t octets_out_ = 0;
};

std::vector<std::uint8_t> framed(Kind kind, Bytes payload);
std::vector<std::uint8_t> joined(std::initializer_list<Bytes> parts);
std::array<std::uint8_t, 4> big_endian(std::uint32_t value);

// Octets one behind the other.
struct Octets {
  std::vector<std::uint8_t> all;
  void put(Bytes more) { all.insert(all.end(), more.begin(), more.end()); }
};
// The arguments of an upcall, as they cross.
template <typename Upcall, typename... A>
std::vector<std::uint8_t> packed(A... arguments) {
  Octets octets;
  meter::port::put_arguments(octets, typename Upcall::Shape{}, arguments...);
  return octets.all;
}

}  // namespace target
