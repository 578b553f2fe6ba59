// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dcu/app/store/images.hpp"
#include "dcu/app/store/records.hpp"
#include "protocol/hosted/p32/types.hpp"

namespace dcu::app {

// A report on its way: the whole message as it is sent, again and again, until it is acknowledged.
struct WaitingReport {
  UtcNs created = 0;
  protocol::p32::ReportKind kind{};
  std::string xml;  // compressed
};

// Messages to and from the head-end, and what they order or ask for.
class Mailbox {
 public:
  explicit Mailbox(Records& records) : records_(records), images_(records) {}
  // Goes on behind every number that was used, also one that the disk has lost.
  void open(std::int64_t now_ms);

  std::uint64_t next_seq();
  void add_report(std::uint64_t seq, WaitingReport report);
  void drop_report(std::uint64_t seq) { records_.erase(Records::Kind::report, seq); }
  std::vector<std::uint64_t> reports() const;  // in order
  std::optional<WaitingReport> report(std::uint64_t seq) const;
  // Messages of the head-end, by its seq.
  bool received(std::uint64_t seq) const {
    return records_.find(Records::Kind::received, seq) != nullptr;
  }
  void note_received(std::uint64_t seq);
  std::optional<std::uint64_t> last_received() const;

  // Orders and requests: XML and progress, by the seq of order or message.
  enum class Work : std::uint8_t { order, request };
  void save_work(Work kind, std::uint64_t number, Octets value);
  void drop_work(Work kind, std::uint64_t number);
  std::vector<std::pair<std::uint64_t, Octets>> work(Work kind) const;
  Images& images() { return images_; }  // that orders bring

 private:
  Records& records_;
  Images images_;
  std::uint64_t next_seq_ = 1;
  std::uint64_t seq_reserved_ = 1;
};

}  // namespace dcu::app
