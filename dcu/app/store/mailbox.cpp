// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/mailbox.hpp"

#include <algorithm>

namespace dcu::app {
namespace {

using Kind = Records::Kind;
// Numbers of messages are written ahead of their use, so many at a time.
constexpr std::uint64_t kReservedSeqs = 1000;
constexpr std::size_t kReceivedKept = 1024;

}  // namespace

void Mailbox::open(std::int64_t now_ms) {
  const Octets* value = records_.find(Kind::seq, 0);
  if (value != nullptr) next_seq_ = FieldReader(*value).u64();
  const PageStore::Counters& found = records_.pages.counters();
  next_seq_ += found.unseen_batches() * kReservedSeqs;
  const bool unknown =
      found.damaged_batches > 0 || (found.unseen_batches() > 0 && value == nullptr);
  // Nobody sends a message a millisecond: what the clock says was not reached by counting.
  if (unknown && now_ms > 0) next_seq_ = std::max(next_seq_, static_cast<std::uint64_t>(now_ms));
  seq_reserved_ = next_seq_;
}

std::uint64_t Mailbox::next_seq() {
  if (next_seq_ >= seq_reserved_) {
    seq_reserved_ = next_seq_ + kReservedSeqs;
    records_.put(Kind::seq, 0, FieldWriter()(seq_reserved_).take());
  }
  return next_seq_++;
}

void Mailbox::add_report(std::uint64_t seq, WaitingReport report) {
  records_.put(Kind::report, seq, FieldWriter()(report.created, report.kind, report.xml).take());
}

std::vector<std::uint64_t> Mailbox::reports() const {
  std::vector<std::uint64_t> seqs;
  records_.each(Kind::report, 0, [&](std::uint64_t seq, const Octets&) { seqs.push_back(seq); });
  return seqs;
}

std::optional<WaitingReport> Mailbox::report(std::uint64_t seq) const {
  const Octets* value = records_.find(Kind::report, seq);
  if (value == nullptr) return std::nullopt;
  FieldReader in(*value);
  WaitingReport report;
  in(report.created, report.kind, report.xml);
  const bool known = static_cast<std::size_t>(report.kind) < protocol::p32::kReportKinds;
  return known && in.at_end() ? std::optional(std::move(report)) : std::nullopt;
}

void Mailbox::note_received(std::uint64_t seq) {
  records_.put(Kind::received, seq, {1});
  std::vector<std::uint64_t> known;
  records_.each(Kind::received, 0,
                [&](std::uint64_t number, const Octets&) { known.push_back(number); });
  if (known.size() > kReceivedKept) records_.erase(Kind::received, known.front());
}

std::optional<std::uint64_t> Mailbox::last_received() const {
  std::optional<std::uint64_t> last;
  records_.each(Kind::received, 0, [&](std::uint64_t seq, const Octets&) { last = seq; });
  return last;
}

void Mailbox::save_work(Work kind, std::uint64_t number, Octets value) {
  records_.put(kind == Work::order ? Kind::order : Kind::request, number, std::move(value));
}
void Mailbox::drop_work(Work kind, std::uint64_t number) {
  records_.erase(kind == Work::order ? Kind::order : Kind::request, number);
}
std::vector<std::pair<std::uint64_t, Octets>> Mailbox::work(Work kind) const {
  const Kind stored = kind == Work::order ? Kind::order : Kind::request;
  std::vector<std::pair<std::uint64_t, Octets>> result;
  records_.each(stored, 0, [&](std::uint64_t number, const Octets& value) {
    result.emplace_back(number, value);
  });
  return result;
}

}  // namespace dcu::app
