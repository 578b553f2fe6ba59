// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/concentrator/fake_head_end.hpp"

#include <algorithm>

namespace dcu_test {
namespace {

p32::PrivateKey private_key() {
  p32::PrivateKey key{};
  key.fill(0x42);
  return key;
}

}  // namespace

FakeHeadEnd::FakeHeadEnd() : signer(private_key()) {}

p32::Message FakeHeadEnd::message(p32::Body body, const std::string& id) {
  p32::Message message;
  message.envelope.seq = ++seq_;
  message.envelope.id = id.empty() ? "H-" + std::to_string(seq_) : id;
  message.envelope.from = kId;
  message.envelope.to = peer;
  message.envelope.at = now;
  message.body = std::move(body);
  return message;
}

std::string FakeHeadEnd::reply(p32::Body body, const std::string& re) {
  p32::Message answer = message(std::move(body), "");
  answer.envelope.re = re;
  return p32::http_response(200, p32::encode(answer));
}

std::string FakeHeadEnd::ask(std::variant<p32::Request, p32::Query, p32::SignedOrder> body) {
  p32::WorkItem item;
  item.seq = ++seq_;
  item.id = "W-" + std::to_string(item.seq);
  item.at = now;
  item.body = std::move(body);
  work_.push_back(item);
  return item.id;
}

std::string FakeHeadEnd::serve(protocol::Bytes octets) {
  p32::HttpLimits limits;
  limits.serves_images = true;
  if (!http_) http_.emplace(limits);
  http_->feed(octets);
  std::string out;
  while (const auto request = http_->next()) {
    if (!request->image.empty()) {
      out += on_get(*request);
      continue;
    }
    const auto decoded = p32::decode(request->body);
    if (!decoded) {
      problems.push_back(decoded.problem().text());
      out += p32::http_response(400, "");
      continue;
    }
    out += on_message(decoded.message());
  }
  if (http_->failure()) problems.push_back(http_->failure()->reason);
  return out;
}

std::string FakeHeadEnd::on_get(const p32::HttpRequest& request) {
  const auto found = images.find(request.image);
  if (!request.range) problems.push_back("a part without a range");
  if (found == images.end() || !request.range) return p32::http_response(404, "");
  image_requests.push_back(*request.range);
  const protocol::Bytes whole(found->second);
  const auto total = static_cast<std::uint32_t>(whole.size());
  return p32::http_part({*request.range, total},
                        whole.subspan(request.range->first, request.range->size()));
}

std::string FakeHeadEnd::on_message(const p32::Message& message) {
  const std::string& id = message.envelope.id;
  if (message.envelope.to != kId) problems.push_back("not for us");
  if (std::holds_alternative<p32::Hello>(message.body)) {
    ++hellos;
    return reply(hello(), id);
  }
  if (std::holds_alternative<p32::Poll>(message.body)) {
    ++polls;
    p32::Work work;
    work.items.assign(work_.begin(), work_.end());
    return reply(std::move(work), id);
  }
  const std::string& re = message.envelope.re;
  const auto is_it = [&](const p32::WorkItem& item) { return item.id == re; };
  const auto done = std::find_if(work_.begin(), work_.end(), is_it);
  if (std::holds_alternative<p32::Report>(message.body)) {
    const std::string xml = p32::encode(message);
    const auto [at, fresh] = seen_.emplace(message.envelope.seq, xml);
    if (fresh) reports.push_back(message);
    if (!fresh) {
      ++repeated;
      if (at->second != xml) problems.push_back("repeated with other content: " + id);
    }
    const bool query = done != work_.end() && std::holds_alternative<p32::Query>(done->body);
    if (query) work_.erase(done);
    return acks ? reply(p32::Ack{!fresh}, id) : p32::http_response(204, "");
  }
  if (std::holds_alternative<p32::Ack>(message.body)) {
    if (done != work_.end() && !drops_work_acks) work_.erase(done);
    acked.insert(re);
    return p32::http_response(204, "");
  }
  if (std::holds_alternative<p32::ErrorBody>(message.body)) {
    errors.push_back(message);
    if (done != work_.end()) work_.erase(done);
    return p32::http_response(204, "");
  }
  problems.push_back("unexpected message");
  return p32::http_response(204, "");
}

const p32::Report* FakeHeadEnd::answer_to(const std::string& id) const {
  for (const p32::Message& message : reports) {
    if (message.envelope.re == id) return &std::get<p32::Report>(message.body);
  }
  return nullptr;
}

}  // namespace dcu_test
