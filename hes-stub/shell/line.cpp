// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/shell/line.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace hes {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class PlainLine final : public Line {
 public:
  explicit PlainLine(tcp::socket&& socket) : socket_(std::move(socket)) {}
  tcp::socket& socket() override { return socket_; }
  void handshake(bool, Handler done) override {
    asio::post(socket_.get_executor(), [done = std::move(done)] { done(Code(), 0); });
  }
  void read(Handler done) override { socket_.async_read_some(asio::buffer(in), std::move(done)); }
  void write(Handler done) override {
    asio::async_write(socket_, asio::buffer(writing), std::move(done));
  }
  std::string peer() const override { return {}; }

 private:
  tcp::socket socket_;
};

class TlsLine final : public Line {
 public:
  TlsLine(tcp::socket&& socket, asio::ssl::context& context)
      : stream_(std::move(socket), context) {}
  tcp::socket& socket() override { return stream_.next_layer(); }
  void handshake(bool server, Handler done) override {
    const auto side = server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    stream_.async_handshake(side, [done = std::move(done)](const Code& code) { done(code, 0); });
  }
  void read(Handler done) override { stream_.async_read_some(asio::buffer(in), std::move(done)); }
  void write(Handler done) override {
    asio::async_write(stream_, asio::buffer(writing), std::move(done));
  }
  std::string peer() const override {
    struct Free {
      void operator()(X509* certificate) const { X509_free(certificate); }
    };
    auto& stream = const_cast<asio::ssl::stream<tcp::socket>&>(stream_);
    const std::unique_ptr<X509, Free> certificate(SSL_get_peer_certificate(stream.native_handle()));
    if (!certificate) return {};
    char name[128];
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()),
                                               NID_commonName, name, sizeof name);
    return size > 0 ? std::string(name, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  asio::ssl::stream<tcp::socket> stream_;
};

}  // namespace

std::shared_ptr<Line> plain_line(tcp::socket&& socket) {
  return std::make_shared<PlainLine>(std::move(socket));
}
std::shared_ptr<Line> tls_line(tcp::socket&& socket, asio::ssl::context& context) {
  return std::make_shared<TlsLine>(std::move(socket), context);
}

}  // namespace hes
