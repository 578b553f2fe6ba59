// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "cm1/fw/platform.hpp"
#include "protocol/dlms/types.hpp"
#include "protocol/hdlc/primary.hpp"

namespace cm1::fw {

using protocol::dlms::Sap;

// Notifications in front of one answer; a meter that goes on and on never comes to it.
inline constexpr std::uint8_t kMaxUnsolicited = 16;
// A meter may notify at any time (Green Book 9.3.10, 9.3.11); sealed, where no answer would be.
bool is_unsolicited(Bytes apdu, Bytes request);

// Told how an exchange on the line ended; the next one may be started from here.
class MeterLineOwner {
 public:
  virtual void on_line_answer(Bytes apdu) = 0;  // of a request, or what a poll brought
  virtual void on_line_nothing() = 0;           // the meter has nothing to push, or to answer
  virtual void on_line_closed() = 0;
  virtual void on_line_silent() = 0;  // no answer after all retries

 protected:
  ~MeterLineOwner() = default;
};

// The RS-485 line: HDLC links to the meter, one for each client, opened when first needed. One
// exchange is under way at a time, so the links share their buffers. The association that lives on
// a link belongs to one holder, a connection of the network; it ends with the link.
class MeterLine final : private protocol::hdlc::PrimaryOwner {
 public:
  MeterLine(const Platform& platform, MeterLineOwner& owner);

  // ---- Exchanges, only while idle() ----
  // `apdu` must stay where it is until the outcome: a link the meter forgot is opened again and the
  // request repeated, once. Empty: what came was no answer (a notification may come at any time),
  // the one to the last request is still due.
  void request(Sap client, Sap server, Bytes apdu);
  void poll(Sap client, Sap server);
  // Whose association the link carries; kNobody: none.
  using Holder = std::uint32_t;
  static constexpr Holder kNobody = 0;
  Holder holder(Sap client, Sap server);
  void hold(Sap client, Sap server, Holder holder);
  bool holds(Holder holder) const;
  // Closes the link of a holder who is gone. False: all are alive.
  template <typename Alive>
  bool close_orphan(Alive alive) {
    for (Link& link : links_) {
      if (link.holder == kNobody || alive(link.holder)) continue;
      link.holder = kNobody;
      if (close(link.client, link.server)) return true;
    }
    return false;
  }
  // Whether a new association would have a link without taking one from another holder.
  bool has_room(Sap client, Sap server);
  // DISC; on_line_closed() follows. False (and nothing follows) when the link is not open.
  bool close(Sap client, Sap server);
  // Forgets a link: what it brought last is not acknowledged to the meter.
  void forget(Sap client, Sap server);

  bool idle() const { return job_ == Job::none; }
  // HDLC client and server addresses on one octet.
  static bool addressable(Sap client, Sap server) { return client < 0x80 && server < 0x80; }

  void on_bytes(Bytes chunk);
  void on_time();
  // Of the exchange under way, or of the link that has rested longest.
  std::int64_t deadline_us() const;

  std::uint32_t silences() const { return silences_; }
  std::uint32_t reopened() const { return reopened_; }
  std::uint32_t damaged() const;

 private:
  // The meter keeps links for four clients; more would be refused.
  static constexpr std::size_t kLinks = 4;
  struct Link {
    std::optional<protocol::hdlc::Primary> primary;
    Sap client = 0;
    Sap server = 0;
    Holder holder = kNobody;
    std::int64_t used_us = 0;
    bool is_open() const { return primary && primary->is_open(); }
    // Somebody needs it: an association, or the polls.
    bool taken() const { return holder != kNobody || client == protocol::dlms::kPushClient; }
  };
  enum class Job : std::uint8_t { none, request, poll, close, evict, tidy };

  Link* find(Sap client, Sap server);
  Link& oldest();
  void begin(Job job, Sap client, Sap server, Bytes apdu);
  void assign(Link& link);
  void advance();
  void give_up();
  std::int64_t rests_until_us(const Link& link) const;

  void send_frame(Bytes frame) override;
  void on_opened() override { advance(); }
  void on_apdu(Bytes apdu) override;
  void on_nothing() override;
  void on_closed() override;
  void on_failed(protocol::hdlc::LinkFailure why) override;

  const Platform& platform_;
  MeterLineOwner& owner_;
  std::array<Link, kLinks> links_;
  Link* current_ = nullptr;
  Job job_ = Job::none;
  Job after_eviction_ = Job::none;
  Sap client_ = 0;  // whom the job is for
  Sap server_ = 0;
  Bytes request_;
  bool confirmed_ = true;  // an answer is due, as far as can be seen
  bool was_open_ = false;  // the link was there before the job: the meter may have forgotten it
  std::uint32_t silences_ = 0;
  std::uint32_t reopened_ = 0;
  std::array<std::uint8_t, kMaxApdu + protocol::hdlc::kLlcOctets> send_buffer_;
  std::array<std::uint8_t, kMaxApdu + protocol::hdlc::kLlcOctets> receive_buffer_;
};

}  // namespace cm1::fw
