// The bodies that the simulated cloud answers with, in their documented shapes.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "http/message.hpp"
#include "simulator/draws.hpp"
#include "simulator/operations.hpp"

namespace lethe::simulator {

enum class Zone : std::uint8_t {
  none_utc,    ///< UTC without saying so
  none_local,  ///< the data centre's time (UTC-6) without saying so
  utc,         ///< "Z"
  local,       ///< "-06:00"
};

/// "2019-07-02T14:24:48.5030664": up to `digits` fractional digits, final zeros dropped; those below the millisecond
/// come from `noise`.
std::string stamp(core::Time time, Zone zone, int digits, std::uint64_t noise = 0);
/// Rounded to the minute.
std::string minute_stamp(core::Time time, Zone zone);

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string header_stamp(core::Time time);

http::Response json_response(int status, const boost::json::object& body);
http::Response html_response(int status, std::string_view title);

/// What every answer is made from: `number` counts the calls.
struct Answering {
  const Draws& draws;
  std::uint64_t number = 0;
  core::Time now;
};

/// The gateway's {message, errorcode, documentation}; names in varying case.
http::Response rest_error(const Answering& answering, int status, std::int64_t code, std::string_view message);
/// 400/10006, which adds validationErrors.
http::Response validation_error(const Answering& answering, std::string_view field, std::string_view message);
http::Response not_authorized();

/// requestServiceMessageID, responseDateTime, resultMessages, serviceMessageID.
void add_envelope(boost::json::object& body, const Answering& answering, boost::json::array messages = {});
/// The contacts envelope of a refusal; `initiated` names the flag that is false.
http::Response refusal(const Answering& answering, int status, std::string_view initiated, std::string_view code,
                       std::string_view message);
http::Response accepted(const Answering& answering, const SimulatedOperation& operation);
http::Response operation_status(const Answering& answering, const SimulatedOperation& operation,
                                const Progress& progress, bool second_vocabulary);

/// The user that the operation was created by: the account's API user, or its administrator.
std::int64_t employee_of(const Draws& draws, const SimulatedOperation& operation);
/// {listTypeID, listIdentifier, listKey, listName} of what an operation works through.
void add_list(boost::json::object& body, const Draws& draws, const SimulatedOperation& operation);

}  // namespace lethe::simulator
