// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dcu/app/core/core.hpp"
#include "dcu/app/meters/image_job.hpp"
#include "protocol/hosted/p32/http.hpp"
#include "protocol/hosted/p32/order.hpp"

namespace dcu::app {

// The images that orders name: fetched from the head-end part by part, each durable before the
// next is asked for, and kept as long as an order wants them. So a broken connection or a restart
// costs a part at most.
class ImageDepot {
 public:
  // Called once, at once or later: the image, or why there is none.
  using Image = std::shared_ptr<const FetchedImage>;
  using Ready = std::function<void(const Image&, const std::optional<protocol::p32::Failure>&)>;

  explicit ImageDepot(Core& core) : core_(core) {}

  void start();  // what the store has
  void want(const protocol::p32::FirmwareImage& image, Ready ready);
  // By their SHA-256; all others go.
  void keep_only(const std::vector<Octets>& wanted);

  // What to ask the head-end for, one part at a time; its answer. False: no answer to that, and
  // whoever gives such ones is not worth a connection.
  struct Ask {
    std::string path;
    protocol::p32::ByteRange range;
  };
  std::optional<Ask> next();
  bool take(const protocol::p32::HttpResponse& response);

 private:
  struct Entry {
    std::uint64_t number = 0;  // in the store; 0: not there yet
    Octets sha256;
    std::uint32_t octets = 0;  // when it is whole
    Octets begin;              // what has come; empty when whole
    Image image;
    std::uint32_t failures = 0;  // in a row
    std::vector<Ready> waiting;
  };
  Entry* find(const Octets& sha256);
  Entry* due();
  bool is_asked(const Entry& entry, const protocol::p32::HttpResponse& response) const;
  void failed(Entry& entry);
  void complete(Entry& entry);
  void end(Entry& entry, const std::optional<protocol::p32::Failure>& failure);
  void drop(const Entry& entry);

  Core& core_;
  std::vector<std::unique_ptr<Entry>> entries_;  // the first that was wanted first
  Octets asked_;                                 // whose part is on its way, and which
  protocol::p32::ByteRange asked_range_;
  UtcNs not_before_ = 0;
};

}  // namespace dcu::app
