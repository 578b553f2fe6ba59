// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/order.hpp"
#include "protocol/hosted/p32/report.hpp"
#include "protocol/hosted/p32/shape_order.hpp"

namespace protocol::p32 {

// Ids are 1 to 64 of A-Z a-z 0-9 . _ : -
struct Envelope {
  std::string id;  // unique among the messages of the sender
  std::string from;
  std::string to;
  std::uint64_t seq = 0;  // counts per sender; a repetition has the same
  UtcMs at = 0;           // when it was made
  std::string re;         // id of the message or order answered; empty: none
  bool operator==(const Envelope&) const = default;
};

// First message on a connection that the sender opened; answered by a Hello.
struct Hello {
  std::uint32_t version = 1;  // of this interface; the highest that the sender speaks
  std::string software;       // name and version
  // The highest seq of the other end that is safely stored here; absent: none yet. Tells a head-end
  // restored from a backup what it lost, and a concentrator what it may forget.
  std::optional<std::uint64_t> last_seq;
  std::optional<Uplink> uplink;                // concentrator
  std::optional<std::uint32_t> restarts;       // concentrator
  std::optional<std::uint32_t> poll_period_s;  // concentrator: what it does
  bool operator==(const Hello&) const = default;
};

// Stored by the concentrator and acknowledged, then answered by one or more Reports with re = id.
struct Request {
  Selection selection;
  bool operator==(const Request&) const = default;
};
// Answered by exactly one Report with re = id: in the HTTP answer, or, when it came as work of a
// Poll, as the next message. Not stored: lost with a restart, then asked again.
struct Query {
  Selection selection;
  bool operator==(const Query&) const = default;
};

// From a concentrator that cannot be reached from outside: is there anything for me?
struct Poll {
  std::uint32_t items_max = 8;
  bool operator==(const Poll&) const = default;
};
// The answer. Items not acknowledged come again with the next Poll, with the same id and seq.
struct WorkItem {
  std::string id;
  std::uint64_t seq = 0;  // of the head-end, as if it had come as a message of its own
  UtcMs at = 0;
  std::variant<Request, Query, SignedOrder> body;
  bool operator==(const WorkItem&) const = default;
};
struct Work {
  bool more = false;  // poll again at once
  std::vector<WorkItem> items;
  bool operator==(const Work&) const = default;
};

// `re` is stored here for good; its sender may forget it.
struct Ack {
  bool duplicate = false;  // had it already
  bool operator==(const Ack&) const = default;
};

// `re` is refused for good; sending it again gives the same. Empty `re`: not even its id was
// readable. Position and element are there for category message.
struct ErrorBody {
  Failure failure;
  std::string text;  // for people
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string element;  // path
  std::string allowed;
  bool operator==(const ErrorBody&) const = default;
};

using Body = std::variant<Hello, Report, Request, Query, SignedOrder, Poll, Work, Ack, ErrorBody>;
inline constexpr const char* kBodyElements[] = {
    "Hello", "Report", "Request", "Query", "SignedOrder", "Poll", "Work", "Ack", "Error"};
static_assert(std::size(kBodyElements) == std::variant_size_v<Body>);

struct Message {
  Envelope envelope;
  Body body;
  bool operator==(const Message&) const = default;
};

// "Hello", "Report" ... and for people "Report loadProfile, 60 meters, 960 rows".
const char* kind_of(const Message& message);
std::string summary_of(const Message& message);

template <typename Io, Of<Envelope> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kId);
  io.required("from", v.from, kId);
  io.required("to", v.to, kId);
  io.required("seq", v.seq, kSeq);
  io.time("at", v.at);
  io.unless_empty("re", v.re, kId);
}

template <typename Io, Of<Hello> V>
void shape(Io& io, V& v) {
  io.required("version", v.version, kCount);
  io.required("software", v.software);
  io.optional("lastSeq", v.last_seq, kSeq);
  io.optional("uplink", v.uplink);
  io.optional("restarts", v.restarts);
  io.optional("pollPeriod", v.poll_period_s, in("s"));
}

template <typename Io, Of<Request> V>
void shape(Io& io, V& v) {
  shape(io, v.selection);
}
template <typename Io, Of<Query> V>
void shape(Io& io, V& v) {
  shape(io, v.selection);
}

template <typename Io, Of<Signature> V>
void shape(Io& io, V& v) {
  io.required("key", v.key, kId);
  io.constant("alg", "Ed25519");
  io.base64_text(v.octets);
}
template <typename Io, Of<SignedOrder> V>
void shape(Io& io, V& v) {
  io.canonical_element("Order", v.order, v.canonical);
  io.element("Signature", v.signature);
}

template <typename Io, Of<Poll> V>
void shape(Io& io, V& v) {
  io.required("max", v.items_max, kItemsMax);
}

template <typename Io, Of<WorkItem> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kId);
  io.required("seq", v.seq, kSeq);
  io.time("at", v.at);
  constexpr Names kItems(kBodyElements + 2, 3);  // Request, Query, SignedOrder
  io.alternative(v.body, kItems);
}
template <typename Io, Of<Work> V>
void shape(Io& io, V& v) {
  io.required("more", v.more);
  io.elements("Item", v.items, {0, 64});
}

template <typename Io, Of<Ack> V>
void shape(Io& io, V& v) {
  io.unless("duplicate", v.duplicate, false);
}

template <typename Io, Of<ErrorBody> V>
void shape(Io& io, V& v) {
  io.required("errCat", v.failure.category);
  io.required("errCode", v.failure.code);
  io.required("text", v.text, kText);
  io.unless("line", v.line, 0u);
  io.unless("column", v.column, 0u);
  io.unless_empty("element", v.element, kText);
  io.unless_empty("allowed", v.allowed, kText);
}

template <typename Io, Of<Message> V>
void shape(Io& io, V& v) {
  shape(io, v.envelope);
  io.alternative(v.body, Names(kBodyElements));
}

}  // namespace protocol::p32
