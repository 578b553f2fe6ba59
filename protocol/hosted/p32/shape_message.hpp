// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/hosted/p32/message.hpp"
#include "protocol/hosted/p32/shape_order.hpp"

namespace protocol::p32 {

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
