// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstring>

#include "cm1/fw/platform.hpp"
#include "protocol/dlms/types.hpp"

namespace cm1::fw {

// Requests from the network that wait for the RS-485 line, in the order they came.
class RequestQueue {
 public:
  struct Request {
    std::uint32_t connection = 0;  // whom to answer; numbers are not used twice
    protocol::dlms::Sap client = 0;
    protocol::dlms::Sap server = 0;
    std::uint16_t length = 0;
  };

  // False when there is no room.
  bool add(Request request, Bytes apdu) {
    if (apdu.size() > octets_.size() - used_ || count_ == requests_.size()) return false;
    request.length = static_cast<std::uint16_t>(apdu.size());
    std::memcpy(octets_.data() + used_, apdu.data(), apdu.size());
    used_ += apdu.size();
    requests_[count_++] = request;
    return true;
  }
  bool empty() const { return count_ == 0; }
  const Request& front() const { return requests_[0]; }
  // Stays where it is until drop_front().
  Bytes front_apdu() const { return Bytes(octets_).first(requests_[0].length); }
  void drop_front() {
    const std::size_t length = requests_[0].length;
    std::memmove(octets_.data(), octets_.data() + length, used_ - length);
    used_ -= length;
    --count_;
    for (std::size_t i = 0; i < count_; ++i) requests_[i] = requests_[i + 1];
  }

 private:
  std::array<Request, 8> requests_;
  std::array<std::uint8_t, 2 * kMaxApdu> octets_;
  std::size_t count_ = 0;
  std::size_t used_ = 0;
};

}  // namespace cm1::fw
