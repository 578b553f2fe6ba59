// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/axdr/compact_array.hpp"

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"

namespace protocol::axdr {
namespace {

// One type with everything inside, without recursion.
void skip_type(Reader& in) {
  for (std::size_t left = 1; left > 0 && in.ok(); --left) {
    const auto tag = static_cast<Tag>(in.u8());
    if (tag == Tag::array) {
      in.skip(2);
      ++left;
    } else if (tag == Tag::structure) {
      left += take_length(in);
    } else if (tag == Tag::compact_array) {
      in.skip(in.remaining() + 1);
    }
  }
}

class Expander {
 public:
  Expander(Bytes contents, Writer& out) : in_(contents), out_(out) {}

  bool at_end() const { return in_.at_end(); }
  std::size_t position() const { return in_.position(); }
  // One element of the type at the front of `type`.
  Result<bool> element(Bytes type) {
    depth_ = 0;
    if (!begin(type)) return error_;
    while (depth_ > 0) {
      Open& open = open_[depth_ - 1u];
      if (open.left == 0) {
        --depth_;
        go_on_behind(open.is_array ? behind(open.types) : open.types);
        continue;
      }
      --open.left;
      if (!begin(open.types)) return error_;
    }
    return true;
  }

 private:
  struct Open {
    Bytes types;  // of the next element
    std::uint32_t left = 0;
    bool is_array = false;
  };

  static Bytes behind(Bytes type) {
    Reader in(type);
    skip_type(in);
    return in.rest();
  }
  bool fail(Error error) {
    error_ = error;
    return false;
  }
  // The next field of the structure that is open; the elements of an array all have its type.
  void go_on_behind(Bytes types) {
    if (depth_ > 0 && !open_[depth_ - 1u].is_array) open_[depth_ - 1u].types = types;
  }
  // Writes a scalar, or the head of a container, which is open then.
  bool begin(Bytes type) {
    Reader types(type);
    const auto tag = static_cast<Tag>(types.u8());
    if (tag != Tag::array && tag != Tag::structure) {
      const Bytes before = in_.rest();
      skip_scalar(tag, in_);
      if (!in_.ok()) return fail(Error::malformed);
      put_tag(tag, out_);
      out_.bytes(before.first(before.size() - in_.remaining()));
      go_on_behind(types.rest());
      return out_.ok() || fail(Error::no_space);
    }
    if (depth_ == kMaxDepth) return fail(Error::too_long);
    const bool is_array = tag == Tag::array;
    const std::size_t count = is_array ? types.u16() : take_length(types);
    put_tag(tag, out_);
    put_length(count, out_);
    open_[depth_++] = {types.rest(), static_cast<std::uint32_t>(count), is_array};
    return out_.ok() || fail(Error::no_space);
  }

  Reader in_;
  Writer& out_;
  std::array<Open, kMaxDepth> open_{};
  std::uint8_t depth_ = 0;
  Error error_ = Error::malformed;
};

}  // namespace

void skip_compact_array(Reader& in) {
  skip_type(in);
  static_cast<void>(take_octets(in));
}

Result<Bytes> expand_compact_array(Bytes content, MutableBytes out) {
  constexpr std::size_t kHead = 6;  // tag, and a length on four octets that is known at the end
  if (out.size() < kHead) return Error::no_space;
  Reader in(content);
  skip_type(in);
  const Bytes contents = take_octets(in);
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  Writer body(out.subspan(kHead));
  Expander expander(contents, body);
  std::uint32_t count = 0;
  while (!expander.at_end()) {
    const std::size_t before = expander.position();
    const Result<bool> done = expander.element(content);
    if (!done) return done.error();
    if (expander.position() == before) return Error::malformed;
    ++count;
  }
  Writer head(out.first(kHead));
  put_tag(Tag::array, head);
  head.u8(0x84);
  head.u32(count);
  return Bytes(out).first(kHead + body.size());
}

}  // namespace protocol::axdr
