// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <deque>

#include "hex.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/initiate.hpp"
#include "protocol/dlms/services.hpp"
#include "rig.hpp"

// decode(encode(x)) gives back x: told by encoding again, field by field where it matters.
namespace protocol_test {
namespace {

constexpr int kRounds = 4000;

class RoundTrip : public ::testing::Test {
 protected:
  Octets value(int depth = 0) {
    const std::size_t kind = draws.below(depth < 3 ? 9 : 7);
    Octets out;
    const auto fixed = [&](std::uint8_t tag, std::size_t n) {
      out = draws.octets(n);
      out.insert(out.begin(), tag);
    };
    switch (kind) {
      case 0:
        return {0};
      case 1:
        fixed(3, 1);
        return out;
      case 2:
        fixed(6, 4);
        return out;
      case 3:
        fixed(18, 2);
        return out;
      case 4:
        fixed(20, 8);
        return out;
      case 5:
        fixed(22, 1);
        return out;
      case 6: {
        const std::size_t n = draws.below(300);
        Octets buffer(n + 8);
        protocol::Writer writer(buffer);
        protocol::axdr::put_octet_string(draws.octets(n), writer);
        return copy(writer.written());
      }
      default: {
        const std::size_t n = draws.below(4);
        out = {static_cast<std::uint8_t>(kind - 6), static_cast<std::uint8_t>(n)};
        for (std::size_t i = 0; i < n; ++i) {
          const Octets inner = value(depth + 1);
          out.insert(out.end(), inner.begin(), inner.end());
        }
        return out;
      }
    }
  }
  cosem::Attribute attribute() {
    cosem::Attribute a;
    a.class_id = static_cast<cosem::ClassId>(draws.below(65536));
    for (std::uint8_t& octet : a.instance.octets) octet = draws.octet();
    a.index = static_cast<std::int8_t>(draws.octet());
    return a;
  }
  cosem::Method method() {
    const cosem::Attribute a = attribute();
    return {a.class_id, a.instance, a.index};
  }
  // The octets live until the next round.
  protocol::Bytes hold(Octets octets) {
    held.push_back(std::move(octets));
    return held.back();
  }
  dlms::DataBlock block() {
    return {draws.below(2) == 1, static_cast<std::uint32_t>(draws.next()),
            hold(draws.octets(draws.below(400)))};
  }
  dlms::AccessSelection selection() {
    if (draws.below(2) == 0) return {};
    return {true, draws.octet(), hold(value())};
  }
  cosem::AccessResult failure() { return static_cast<cosem::AccessResult>(1 + draws.below(255)); }

  template <typename T, typename Decode>
  T again(const T& value_in, Decode decode) {
    Octets first(8000), second(8000);
    protocol::Writer out(first);
    dlms::encode(value_in, out);
    EXPECT_TRUE(out.ok());
    const auto decoded = decode(out.written());
    EXPECT_TRUE(decoded.ok()) << to_hex(out.written());
    if (!decoded.ok()) return {};
    protocol::Writer twice(second);
    dlms::encode(*decoded, twice);
    EXPECT_EQ(to_hex(out.written()), to_hex(twice.written()));
    // Cut anywhere it is never taken for whole.
    const std::size_t cut = draws.below(out.size());
    EXPECT_FALSE(decode(out.written().first(cut)).ok()) << cut << " of " << to_hex(out.written());
    held.push_back(copy(out.written()));
    return *decode(held.back());
  }

  Draws draws{20240701};
  std::deque<Octets> held;
};

TEST_F(RoundTrip, GetRequestsAndResponses) {
  for (int i = 0; i < kRounds; ++i, held.clear()) {
    dlms::GetRequest request;
    request.kind =
        draws.below(2) == 0 ? dlms::GetRequest::Kind::normal : dlms::GetRequest::Kind::next;
    request.invoke_id = draws.octet();
    request.attribute = attribute();
    request.selection = selection();
    request.block_number = static_cast<std::uint32_t>(draws.next());
    const auto back = again(request, dlms::decode_get_request);
    ASSERT_EQ(back.invoke_id, request.invoke_id);
    if (request.kind == dlms::GetRequest::Kind::normal) {
      ASSERT_EQ(back.attribute, request.attribute);
      ASSERT_EQ(back.selection.present, request.selection.present);
    } else {
      ASSERT_EQ(back.block_number, request.block_number);
    }
    dlms::GetResponse response;
    const bool normal = draws.below(2) == 0;
    response.kind = normal ? dlms::GetResponse::Kind::normal : dlms::GetResponse::Kind::with_block;
    response.invoke_id = draws.octet();
    response.last = draws.below(2) == 1;
    response.block_number = static_cast<std::uint32_t>(draws.next());
    if (draws.below(3) == 0) {
      response.result = failure();
    } else {
      response.data = hold(normal ? value() : draws.octets(draws.below(600)));
    }
    const auto answer = again(response, dlms::decode_get_response);
    ASSERT_EQ(answer.result, response.result);
    ASSERT_EQ(copy(answer.data), copy(response.data));
  }
}

TEST_F(RoundTrip, SetRequestsAndResponses) {
  using Kind = dlms::SetRequest::Kind;
  using Answer = dlms::SetResponse::Kind;
  for (int i = 0; i < kRounds; ++i, held.clear()) {
    dlms::SetRequest request;
    request.kind = std::array{Kind::normal, Kind::first_block, Kind::block}[draws.below(3)];
    request.invoke_id = draws.octet();
    request.attribute = attribute();
    request.selection = selection();
    request.value = hold(value());
    request.block = block();
    const auto back = again(request, dlms::decode_set_request);
    if (request.kind == Kind::normal) {
      ASSERT_EQ(copy(back.value), copy(request.value));
    } else {
      ASSERT_EQ(copy(back.block.raw), copy(request.block.raw));
      ASSERT_EQ(back.block.number, request.block.number);
    }
    dlms::SetResponse response;
    response.kind = std::array{Answer::normal, Answer::block, Answer::last_block}[draws.below(3)];
    response.result = failure();
    response.block_number = static_cast<std::uint32_t>(draws.next());
    again(response, dlms::decode_set_response);
  }
}

TEST_F(RoundTrip, ActionRequestsAndResponses) {
  using Kind = dlms::ActionRequest::Kind;
  using Answer = dlms::ActionResponse::Kind;
  for (int i = 0; i < kRounds; ++i, held.clear()) {
    dlms::ActionRequest request;
    request.kind =
        std::array{Kind::normal, Kind::next, Kind::first_block, Kind::block}[draws.below(4)];
    request.method = method();
    if (draws.below(2) == 1) request.parameter = hold(value());
    request.block_number = static_cast<std::uint32_t>(draws.next());
    request.block = block();
    const auto back = again(request, dlms::decode_action_request);
    if (request.kind == Kind::normal) {
      ASSERT_EQ(back.method, request.method);
      ASSERT_EQ(copy(back.parameter), copy(request.parameter));
    }
    dlms::ActionResponse response;
    response.kind =
        std::array{Answer::normal, Answer::with_block, Answer::next_block}[draws.below(3)];
    response.result = draws.octet();
    if (draws.below(2) == 1)
      response.data = hold(value());
    else if (draws.below(2) == 1)
      response.data_result = failure();
    response.block = block();
    response.block_number = static_cast<std::uint32_t>(draws.next());
    const auto answer = again(response, dlms::decode_action_response);
    if (response.kind == Answer::normal) {
      ASSERT_EQ(copy(answer.data), copy(response.data));
      ASSERT_EQ(answer.data_result, response.data_result);
    }
  }
}

TEST_F(RoundTrip, AssociationApdus) {
  for (int i = 0; i < kRounds; ++i, held.clear()) {
    dlms::InitiateRequest initiate;
    if (draws.below(2) == 1) initiate.dedicated_key = hold(draws.octets(16));
    initiate.response_allowed = draws.below(2) == 1;
    if (draws.below(2) == 1) initiate.quality_of_service = draws.octet();
    initiate.conformance = static_cast<std::uint32_t>(draws.below(1u << 24));
    initiate.max_pdu_octets = static_cast<std::uint16_t>(draws.next());
    const auto initiated = again(initiate, dlms::decode_initiate_request);
    ASSERT_EQ(initiated.conformance, initiate.conformance);
    ASSERT_EQ(initiated.response_allowed, initiate.response_allowed);
    dlms::Aarq aarq;
    aarq.context = static_cast<dlms::Context>(1 + draws.below(4));
    if (draws.below(2) == 1) aarq.calling_title = hold(draws.octets(8));
    if (draws.below(2) == 1) aarq.mechanism = static_cast<dlms::Authentication>(draws.below(8));
    if (draws.below(2) == 1) aarq.authentication_value = hold(draws.octets(1 + draws.below(64)));
    if (draws.below(4) > 0) aarq.user_information = hold(draws.octets(1 + draws.below(150)));
    const auto asked = again(aarq, dlms::decode_aarq);
    ASSERT_EQ(asked.mechanism, aarq.mechanism);
    ASSERT_EQ(copy(asked.authentication_value), copy(aarq.authentication_value));
    dlms::Aare aare;
    aare.context = aarq.context;
    aare.result = static_cast<dlms::AssociationResult>(draws.below(3));
    aare.diagnostic = static_cast<dlms::Diagnostic>(draws.below(15));
    aare.responding_title = aarq.calling_title;
    aare.mechanism = aarq.mechanism;
    aare.authentication_value = aarq.authentication_value;
    aare.user_information = aarq.user_information;
    const auto told = again(aare, dlms::decode_aare);
    ASSERT_EQ(told.diagnostic, aare.diagnostic);
    ASSERT_EQ(copy(told.user_information), copy(aare.user_information));
  }
}

TEST_F(RoundTrip, SealedApdusOpenToWhatWentIn) {
  protocol::crypto::OpensslEngine engine(drawn_random(5));
  for (int i = 0; i < kRounds; ++i) {
    Octets plain = draws.octets(1 + draws.below(600));
    plain[0] = std::array<std::uint8_t, 3>{0xC0, 0xC4, 0xC7}[draws.below(3)];
    dlms::Keys keys;
    for (std::uint8_t& octet : keys.unicast) octet = draws.octet();
    for (std::uint8_t& octet : keys.authentication) octet = draws.octet();
    const auto wrapping = draws.below(2) == 0 ? dlms::Wrapping::glo : dlms::Wrapping::general_glo;
    const auto control = static_cast<std::uint8_t>(0x10 * (1 + draws.below(3)));
    const auto counter = static_cast<std::uint32_t>(draws.next());
    Octets buffer(800), scratch(800), opened(800);
    protocol::Writer out(buffer);
    ASSERT_TRUE(dlms::encode_ciphered(wrapping, {keys, kMeterTitle, counter, control}, plain,
                                      engine, scratch, out));
    ASSERT_LE(out.size(), dlms::head_octets(wrapping) + plain.size() + dlms::tail_octets(wrapping));
    const auto parts = dlms::decode_ciphered(out.written());
    ASSERT_TRUE(parts.ok());
    ASSERT_EQ(parts->invocation_counter, counter);
    ASSERT_EQ(parts->control, control);
    ASSERT_EQ(parts->wrapping(), wrapping);
    const auto back = dlms::open_ciphered(*parts, keys, kMeterTitle, engine, opened);
    ASSERT_TRUE(back.ok());
    ASSERT_EQ(copy(*back), plain);
  }
}

}  // namespace
}  // namespace protocol_test
