// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/types.hpp"
#include "protocol/image/container.hpp"

namespace protocol::image {

// The client's side of an image transfer (class 18) from the first block to the revision that runs
// afterwards, without a wire: it says what is to be asked, and takes what came of it. The meter's
// own status decides how an attempt goes on, so each begins where the one before it stopped,
// whatever was lost in between: an answer, an association, the supply of either end.
class Transfer {
 public:
  // What was certainly sent of this image. Whoever must go on after a restart keeps it, and has it
  // durable before the request of a new stage leaves.
  enum class Stage : std::uint8_t { sending, verification_sent, activation_sent };

  struct Plan {
    Bytes container;                 // outlives the transfer
    Head head;                       // of the container
    std::int64_t activate_at_s = 0;  // UTC; 0: when it is verified
    int offset_min = 0;              // local minus UTC at that time, by the client's zone
    int offset_now_min = 0;          // and now
    std::size_t most_block_octets = 4096;
  };
  explicit Transfer(const Plan& plan, Stage stage = Stage::sending) : plan_(plan), stage_(stage) {}

  enum class Next : std::uint8_t {
    ask,         // request()
    wait,        // until wait_until_s(); then begin() and request()
    done,        // what runs is what was sent
    refused,     // for good: result(), or runs_another()
    unreadable,  // no such value; the same request once more, or never
  };
  struct Request {
    enum class Service : std::uint8_t { get, set, action } service = Service::get;
    cosem::Attribute target;  // or the method
    Bytes value;              // to set, or the parameter; in `room`
  };

  void begin();  // of an attempt
  // The same until the next answer; `room` has room_octets().
  Request request(MutableBytes room) const;
  std::size_t room_octets() const { return block_octets_ + kAroundOctets; }
  Next on_answer(cosem::AccessResult result, Bytes value, std::int64_t now_s);

  Stage stage() const { return stage_; }
  // The meter has it and knows when it is to run: what is left is to read it back.
  bool settled() const { return settled_; }
  bool reads_revision() const { return step_ == Step::revision; }  // request() does
  bool runs_another() const { return runs_another_; }
  cosem::AccessResult result() const { return result_; }
  std::int64_t wait_until_s() const { return wait_until_s_; }
  std::uint32_t blocks() const;  // 0: the meter has not said how large they are
  std::uint32_t blocks_done() const { return next_; }

 private:
  enum class Step : std::uint8_t {
    status,
    ready_image,
    initiate,
    block_size,
    first_missing,
    block,
    verify,
    activate,
    time,
    schedule,
    revision
  };
  static constexpr std::size_t kAroundOctets = 64;  // the longest value but a block

  Next ask(Step step);
  Next wait(std::int64_t until_s);
  Next refuse(cosem::AccessResult why);
  Next on_status(std::int64_t now_s);
  Next on_ready_image(Bytes value, std::int64_t now_s);
  Next on_block_size(Bytes value);
  Next on_first_missing(Bytes value);
  Next on_time(Bytes value);
  Next on_revision(Bytes value);
  Next initiate();
  Next send();
  Next activate(std::int64_t now_s);
  Next settle(std::int64_t now_s);
  void put_value(Writer& out) const;
  void put_block(Writer& out) const;

  Plan plan_;
  Stage stage_ = Stage::sending;
  Step step_ = Step::status;
  std::uint8_t status_ = 0;  // as the attempt began
  std::uint32_t block_octets_ = 0;
  std::uint32_t next_ = 0;  // block
  bool settled_ = false;
  bool runs_another_ = false;
  cosem::AccessResult result_ = cosem::AccessResult::success;
  std::int64_t wait_until_s_ = 0;
};

}  // namespace protocol::image
