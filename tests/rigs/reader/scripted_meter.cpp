// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/reader/scripted_meter.hpp"

#include <algorithm>
#include <utility>

namespace reader_test {

using protocol::Bytes;

ScriptedMeter::ScriptedMeter() {
  for (const dlms::ClientRole* role : {&protocol_test::kPublicRole, &protocol_test::kReadingRole,
                                       &protocol_test::kManagementRole}) {
    sessions_[role->sap] = std::make_unique<dlms::ServerSession>(*role, nullptr);
  }
}

void ScriptedMeter::put(std::uint16_t class_id, const cosem::Obis& obis, int attribute,
                        const Octets& value) {
  application.values[{cosem::ClassId(class_id), obis, attribute}] = value;
}

void ScriptedMeter::reset() {
  for (auto& [sap, session] : sessions_) session->reset();
}

ScriptedMeter::Answers ScriptedMeter::answer(dlms::Sap client, const Octets& request) {
  requests.emplace_back(client, request);
  if (script) {
    if (auto answers = script(client, request)) return *answers;
  }
  return served(client, request);
}

ScriptedMeter::Answers ScriptedMeter::served(dlms::Sap client, const Octets& request) {
  const auto session = sessions_.find(client);
  if (session == sessions_.end()) return {};
  Octets buffer(2048), scratch(2048);
  protocol::Writer reply(buffer);
  session->second->on_apdu(request, identity, application, engine_, scratch, reply);
  if (reply.size() == 0) return {};
  return {protocol_test::copy(reply.written())};
}

std::vector<std::uint8_t> ScriptedStream::receive(std::int64_t) {
  ++receives;
  if (outbox_.empty() && closes) throw sim::reader::Closed("the other end closed the connection");
  const std::size_t n = piece == 0 ? outbox_.size() : std::min(piece, outbox_.size());
  const auto end = outbox_.begin() + static_cast<std::ptrdiff_t>(n);
  std::vector<std::uint8_t> octets(outbox_.begin(), end);
  outbox_.erase(outbox_.begin(), end);
  return octets;
}

void ScriptedStream::reconnect() {
  ++connections;
  closes = false;
  outbox_.clear();
  meter.reset();
  on_reconnect();
}

void WrapperStream::write(Bytes octets) {
  const auto request = protocol::wrapper::decode(octets);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->destination, server);
  for (const Octets& apdu : meter.answer(request->source, protocol_test::copy(request->apdu))) {
    Octets message(protocol::wrapper::kHeaderOctets + apdu.size());
    protocol::Writer out(message);
    ASSERT_TRUE(protocol::wrapper::encode({server, request->source, apdu}, out));
    outbox_.insert(outbox_.end(), message.begin(), message.end());
  }
}

HdlcStream::HdlcStream(const protocol::hdlc::SecondaryConfig& config)
    : secondary_(config, links_, static_cast<protocol::hdlc::SecondaryOwner&>(*this)) {
  for (Octets& buffer : buffers_) {
    buffer.resize(4096);
    free_.push_back(buffer);
  }
}

void HdlcStream::write(Bytes octets) {
  heard.push_back(protocol_test::copy(octets));
  now_us_ += 1000;
  if (!deaf) secondary_.on_bytes(now_us_, octets);
}

void HdlcStream::send_frame(Bytes frame) {
  outbox_.insert(outbox_.end(), frame.begin(), frame.end());
}

void HdlcStream::on_request(std::uint16_t client, Bytes apdu, protocol::Writer& reply) {
  const auto answers = meter.answer(client, protocol_test::copy(apdu));
  waiting_.assign(answers.begin(), answers.end());
  if (waiting_.empty()) return;
  reply.bytes(waiting_.front());
  waiting_.pop_front();
}

void HdlcStream::on_poll(std::uint16_t, protocol::Writer& push) {
  if (!waiting_.empty()) push.bytes(waiting_.front());
}

void HdlcStream::on_delivered(std::uint16_t) {
  if (!waiting_.empty()) waiting_.pop_front();
}

protocol::MutableBytes HdlcStream::take_buffer() {
  if (free_.empty()) return {};
  const protocol::MutableBytes buffer = free_.back();
  free_.pop_back();
  return buffer;
}

}  // namespace reader_test
