// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/secondary.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "protocol/hdlc/scanner.hpp"

namespace protocol::hdlc {
namespace {

// FRMR reasons, ISO/IEC 13239 5.5.3.4: w, x, y, z.
constexpr std::uint8_t kUndefinedControl = 0x01;
constexpr std::uint8_t kInformationNotAllowed = 0x02;
constexpr std::uint8_t kInformationTooLong = 0x04;
constexpr std::uint8_t kInvalidNr = 0x08;

bool starts_with_command_llc(Bytes octets) {
  return octets.size() > kLlcOctets &&
         std::equal(kLlcCommand.begin(), kLlcCommand.end(), octets.begin());
}

// All-station, above or below.
bool to_several(const Address& destination) {
  const std::uint16_t all = destination.octets == 4 ? kAllStation14 : kAllStation7;
  return destination.upper == all || (destination.octets > 1 && destination.lower == all);
}

}  // namespace

Secondary::Secondary(const SecondaryConfig& config, std::span<SecondaryLink> links,
                     SecondaryOwner& owner)
    : config_(config), links_(links), owner_(owner) {}

void Secondary::on_bytes(std::int64_t now_us, Bytes chunk) {
  Scanner scanner(chunk);
  while (const std::optional<Frame> frame = scanner.next()) on_frame(now_us, *frame);
  counters_.damaged += scanner.damaged();
}

void Secondary::on_frame(std::int64_t now_us, const Frame& frame) {
  // Clients have one address octet; anything else is the answer of another station on the bus.
  if (frame.source.octets != 1 || !addressed_to_us(frame.destination)) {
    ++counters_.not_for_us;
    return;
  }
  ++counters_.frames_in;
  if (frame.kind == FrameKind::ui) return on_unconfirmed(frame);
  if (to_several(frame.destination)) return;  // never answered, or the stations would collide
  if (frame.kind == FrameKind::snrm) return on_snrm(now_us, frame);
  SecondaryLink* link = find(frame.source.upper);
  if (link != nullptr) touch(*link, now_us);
  if (frame.kind == FrameKind::disconnect) return on_disconnect(frame);
  if (frame.kind == FrameKind::ua || frame.kind == FrameKind::dm || frame.kind == FrameKind::frmr) {
    return;  // responses: another meter's, overheard
  }
  if (link == nullptr) {  // normal disconnected mode
    if (frame.poll_final) {
      ++counters_.refused;
      respond(frame, FrameKind::dm);
    }
    return;
  }
  on_link_frame(*link, frame);
}

void Secondary::on_time(std::int64_t now_us) {
  for (SecondaryLink& link : links_) {
    if (link.open && now_us >= link.inactive_at_us) close(link, LinkEnd::inactive);
  }
}

std::int64_t Secondary::deadline_us() const {
  std::int64_t deadline = kNoDeadline;
  for (const SecondaryLink& link : links_) {
    if (link.open) deadline = std::min(deadline, link.inactive_at_us);
  }
  return deadline;
}

bool Secondary::is_open(std::uint16_t client_sap) const {
  return std::any_of(links_.begin(), links_.end(), [&](const SecondaryLink& link) {
    return link.open && link.client.upper == client_sap;
  });
}

void Secondary::reset() {
  for (SecondaryLink& link : links_) {
    if (link.open) close(link, LinkEnd::reset);
  }
}

// ---- Links -------------------------------------------------------------------------------------

bool Secondary::addressed_to_us(const Address& destination) const {
  const bool everyone =
      destination.upper == (destination.octets == 4 ? kAllStation14 : kAllStation7);
  if (!everyone && destination.upper != config_.logical_device) return false;
  return destination.octets == 1 || config_.physical_device == 0 ||
         destination.lower == config_.physical_device ||
         destination.lower == (destination.octets == 4 ? kAllStation14 : kAllStation7);
}

SecondaryLink* Secondary::find(std::uint16_t client_sap) {
  for (SecondaryLink& link : links_) {
    if (link.open && link.client.upper == client_sap) return &link;
  }
  return nullptr;
}

SecondaryLink* Secondary::allocate(std::uint16_t client_sap) {
  if (SecondaryLink* link = find(client_sap)) {
    close(*link, LinkEnd::reopened);
    return link;
  }
  for (SecondaryLink& link : links_) {
    if (!link.open) return &link;
  }
  return nullptr;
}

void Secondary::touch(SecondaryLink& link, std::int64_t now_us) const {
  const bool patient = link.client.upper == config_.patient_client_sap;
  const std::int64_t limit_us = patient ? config_.patient_inactivity_us : config_.inactivity_us;
  link.inactive_at_us = limit_us > 0 ? now_us + limit_us : kNoDeadline;
}

void Secondary::close(SecondaryLink& link, LinkEnd why) {
  release_buffers(link);
  link.open = false;
  owner_.on_closed(link.client.upper, why);
}

void Secondary::release_buffers(SecondaryLink& link) {
  if (!link.send_buffer.empty()) owner_.give_buffer(std::exchange(link.send_buffer, {}));
  if (!link.receive_buffer.empty()) owner_.give_buffer(std::exchange(link.receive_buffer, {}));
  link.sender.unload();
  link.received = 0;
}

// ---- Unnumbered frames -------------------------------------------------------------------------

void Secondary::on_snrm(std::int64_t now_us, const Frame& frame) {
  const Result<Parameters> proposed = decode_parameters(frame.information);
  SecondaryLink* link =
      proposed && owner_.knows(frame.source.upper) ? allocate(frame.source.upper) : nullptr;
  if (link == nullptr) {
    proposed ? ++counters_.refused : ++counters_.malformed;
    return respond(frame, FrameKind::dm);
  }
  *link = SecondaryLink{};
  link->open = true;
  link->client = frame.source;
  link->server = frame.destination;
  link->parameters = negotiate(config_.limits, *proposed);
  link->sender.reset(link->parameters.max_information_transmit, link->parameters.window_transmit);
  touch(*link, now_us);

  // UA without parameters grants the defaults; then they need not travel.
  std::array<std::uint8_t, 32> information;
  Writer out(information);
  if (!frame.information.empty() || link->parameters != Parameters{}) {
    encode_parameters(link->parameters, out);
  }
  respond(frame, FrameKind::ua, out.written());
  owner_.on_opened(link->client.upper);
}

void Secondary::on_disconnect(const Frame& frame) {
  SecondaryLink* link = find(frame.source.upper);
  respond(frame, link != nullptr ? FrameKind::ua : FrameKind::dm);
  if (link != nullptr) close(*link, LinkEnd::disconnected);
}

void Secondary::on_unconfirmed(const Frame& frame) {
  if (!starts_with_command_llc(frame.information)) {
    ++counters_.malformed;
    return;
  }
  owner_.on_unconfirmed(frame.source.upper, frame.information.subspan(kLlcOctets));
}

// ---- Frames on an open link --------------------------------------------------------------------

void Secondary::on_link_frame(SecondaryLink& link, const Frame& frame) {
  if (link.rejecting) {
    if (frame.poll_final) send_reject(link);
    return;
  }
  switch (frame.kind) {
    case FrameKind::information:
      if (frame.information.size() > link.parameters.max_information_receive) {
        return reject(link, frame, kInformationTooLong);
      }
      if (accept_acknowledgement(link, frame)) on_information(link, frame);
      return;
    case FrameKind::receive_ready:
    case FrameKind::receive_not_ready:
      if (!frame.information.empty()) return reject(link, frame, kInformationNotAllowed);
      link.peer_busy = frame.kind == FrameKind::receive_not_ready;
      if (!accept_acknowledgement(link, frame) || !frame.poll_final) return;
      if (!link.sender.loaded() && !link.peer_busy && link.received == 0) offer_push(link);
      return answer_poll(link);
    default:
      return reject(link, frame, kUndefinedControl);
  }
}

bool Secondary::accept_acknowledgement(SecondaryLink& link, const Frame& frame) {
  if (!link.sender.acknowledge(frame.nr)) {
    reject(link, frame, kInvalidNr);
    return false;
  }
  if (link.sender.all_acknowledged()) {
    link.sender.unload();
    owner_.give_buffer(std::exchange(link.send_buffer, {}));
    if (std::exchange(link.pushing, false)) owner_.on_delivered(link.client.upper);
  }
  return true;
}

void Secondary::on_information(SecondaryLink& link, const Frame& frame) {
  link.peer_busy = false;
  // A repeated request means our answer was lost; a new one in the middle of a long answer cannot
  // be taken. Both are answered with what is still unacknowledged.
  if (frame.ns != link.vr || link.sender.part_way()) {
    ++counters_.out_of_order;
    if (frame.poll_final) answer_poll(link);
    return;
  }
  if (!make_room(link, frame)) {  // not taken: the client repeats it
    ++counters_.no_buffer;
    if (frame.poll_final) send_supervisory(link, FrameKind::receive_not_ready);
    return;
  }
  link.vr = next_sequence(link.vr);
  is_whole(link, frame) ? on_whole_request(link, frame.information) : collect(link, frame);
  if (frame.poll_final) answer_poll(link);
}

bool Secondary::is_whole(const SecondaryLink& link, const Frame& frame) {
  return !frame.segmented && link.received == 0 && !link.discarding;
}

// The first segment needs memory for the request, the last one for its answer.
bool Secondary::make_room(SecondaryLink& link, const Frame& frame) {
  if (!is_whole(link, frame) && !link.discarding && link.receive_buffer.empty()) {
    link.receive_buffer = owner_.take_buffer();
    if (link.receive_buffer.empty()) return false;
  }
  if (!frame.segmented && link.send_buffer.empty()) link.send_buffer = owner_.take_buffer();
  return frame.segmented || !link.send_buffer.empty();
}

void Secondary::collect(SecondaryLink& link, const Frame& frame) {
  if (!link.discarding && frame.information.size() > link.receive_buffer.size() - link.received) {
    link.discarding = true;
  }
  if (!link.discarding) {
    std::memcpy(link.receive_buffer.data() + link.received, frame.information.data(),
                frame.information.size());
    link.received += frame.information.size();
  }
  if (frame.segmented) return;
  // What outgrew its buffer is answered with RR alone; an older answer is void as well.
  on_whole_request(link,
                   link.discarding ? Bytes{} : Bytes(link.receive_buffer).first(link.received));
  link.discarding = false;
  link.received = 0;
  if (!link.receive_buffer.empty()) owner_.give_buffer(std::exchange(link.receive_buffer, {}));
}

void Secondary::on_whole_request(SecondaryLink& link, Bytes llc_and_apdu) {
  const bool readable = starts_with_command_llc(llc_and_apdu);
  link.pushing = false;
  if (!readable) ++counters_.malformed;
  load_from_owner(link, [&](Writer& reply) {
    if (!readable) return;
    owner_.on_request(link.client.upper, llc_and_apdu.subspan(kLlcOctets), reply);
  });
}

void Secondary::offer_push(SecondaryLink& link) {
  if (link.send_buffer.empty()) link.send_buffer = owner_.take_buffer();
  if (link.send_buffer.empty()) {
    ++counters_.no_buffer;
    return;
  }
  load_from_owner(link, [&](Writer& push) { owner_.on_poll(link.client.upper, push); });
  link.pushing = link.sender.loaded();
}

template <typename Write>
void Secondary::load_from_owner(SecondaryLink& link, Write&& write) {
  PROTOCOL_ASSERT(link.send_buffer.size() > kLlcOctets);
  link.sender.unload();
  Writer out(link.send_buffer);
  out.bytes(kLlcResponse);
  Writer apdu(link.send_buffer.subspan(kLlcOctets));
  write(apdu);
  if (!apdu.ok()) ++counters_.malformed;
  if (apdu.ok() && apdu.size() > 0) {
    link.sender.load(Bytes(link.send_buffer).first(kLlcOctets + apdu.size()));
  } else {
    owner_.give_buffer(std::exchange(link.send_buffer, {}));
  }
}

// ---- Answers -----------------------------------------------------------------------------------

void Secondary::answer_poll(SecondaryLink& link) {
  // The poll is a checkpoint: what was in flight has arrived by now or never will.
  link.sender.rewind();
  if (!link.peer_busy && link.sender.can_send()) return send_segments(link);
  send_supervisory(link, FrameKind::receive_ready);
}

void Secondary::send_segments(SecondaryLink& link) {
  while (link.sender.can_send()) {
    const Sender::Segment segment = link.sender.next();
    if (segment.again) ++counters_.retransmitted;
    Frame frame;
    frame.destination = link.client;
    frame.source = link.server;
    frame.kind = FrameKind::information;
    frame.poll_final = !link.sender.can_send();
    frame.segmented = segment.more;
    frame.ns = segment.ns;
    frame.nr = link.vr;
    frame.information = segment.information;
    transmit(frame);
  }
}

void Secondary::send_supervisory(const SecondaryLink& link, FrameKind kind) {
  Frame frame;
  frame.destination = link.client;
  frame.source = link.server;
  frame.kind = kind;
  frame.poll_final = true;
  frame.nr = link.vr;
  transmit(frame);
}

void Secondary::reject(SecondaryLink& link, const Frame& frame, std::uint8_t reason) {
  ++counters_.rejected;
  link.rejecting = true;
  link.rejected_control = frame.control;
  link.reject_reason = reason;
  if (frame.poll_final) send_reject(link);
}

void Secondary::send_reject(const SecondaryLink& link) {
  const std::array<std::uint8_t, 3> information{
      link.rejected_control, static_cast<std::uint8_t>(link.vr << 5 | link.sender.vs() << 1),
      link.reject_reason};
  Frame frame;
  frame.destination = link.client;
  frame.source = link.server;
  frame.kind = FrameKind::frmr;
  frame.poll_final = true;
  frame.information = information;
  transmit(frame);
}

void Secondary::respond(const Frame& to, FrameKind kind, Bytes information) {
  Frame frame;
  frame.destination = to.source;
  frame.source = to.destination;
  frame.kind = kind;
  frame.poll_final = true;
  frame.information = information;
  transmit(frame);
}

void Secondary::transmit(const Frame& frame) {
  std::array<std::uint8_t, kMaxFrameOctets> octets;
  Writer out(octets);
  const bool encoded = encode(frame, out);
  PROTOCOL_ASSERT(encoded);  // max_information keeps every frame inside the format
  ++counters_.frames_out;
  owner_.send_frame(out.written());
}

}  // namespace protocol::hdlc
