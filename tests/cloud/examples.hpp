// The example bodies of the public documentation, as it prints them.
#pragma once

#include <array>
#include <string_view>

namespace lethe::cloud::testing {

inline constexpr std::string_view status_completed_no_summary = R"({
  "operation": {
    "listTypeID": 5,
    "listIdentifier": "037c2811-ce62-4381-b3d2-1936e51fbf4d",
    "listKey": "037c2811-ce62-4381-b3d2-1936e51fbf4d",
    "expectedListCount": 1,
    "deleteType": "ContactAndAttributes",
    "deleteListOnCompleted": false,
    "operationID": 2,
    "eID": 12345,
    "mID": 12345,
    "employeeID": 30980,
    "operationRequestID": "21d0d10d-a15a-413c-bc3e-8b43b185e551",
    "status": "Completed",
    "scheduledTime": "2016-06-14T16:01:58.107",
    "retryCount": 0,
    "createdDate": "2016-06-14T16:02:00",
    "createdBy": 30980,
    "modifiedDate": "2016-06-14T16:02:00",
    "modifiedBy": 30980
  },
  "requestServiceMessageID": "93631be1-107f-4239-a8b7-cdae245d7403",
  "resultMessages": [],
  "serviceMessageID": "00e6add8-d79a-4bd6-9568-2f2a272538f0"
})";

inline constexpr std::string_view status_pending = R"({
  "operationMappings": [],
  "numberofRestorableDays": 14,
  "operation": {
    "contextType": 0,
    "isRestrictedForProcessing": false,
    "listTypeID": 1,
    "listIdentifier": "TestListInput",
    "listKey": "TestListInput.Key",
    "expectedListCount": 1,
    "deleteType": "ContactAndAttributes",
    "deleteListOnCompleted": false,
    "errorsOccurredInBatchProcess": false,
    "lastProcessedMilestone": "Completed",
    "operationID": 1,
    "eID": 10650003,
    "mID": 10650003,
    "employeeID": -1000,
    "requestID": "c79583e2-cc79-4a38-8378-52714b00eaa1",
    "status": "Pending",
    "scheduledDate": "2019-07-02T14:24:48.013",
    "startDate": "2019-07-02T14:24:48.013",
    "endDate": "2019-07-02T14:24:48.013",
    "retryCount": 0,
    "createdDate": "2019-07-02T14:25:00",
    "createdBy": -1000,
    "modifiedDate": "2019-07-02T14:25:00",
    "modifiedBy": -1000
  },
  "requestServiceMessageID": "450f5391-3850-4d00-a0d7-3f3bb55abee3",
  "responseDateTime": "2019-07-02T14:24:48.5030664-04:00",
  "resultMessages": [],
  "serviceMessageID": "99e75027-deed-4441-b94a-bdfd335e730f"
})";

inline constexpr std::string_view status_delete_phase = R"({
  "operationMappings": [],
  "backgroundOperationsSummary": [
    {
      "backgroundOperationID": 1,
      "createdDate": "2019-07-02T14:27:42.4039",
      "backgroundOperationStatusID": "Processing"
    }
  ],
  "numberofRestorableDays": 14,
  "operation": {
    "contextType": 0,
    "isRestrictedForProcessing": false,
    "listTypeID": 1,
    "listIdentifier": "TestListInput",
    "listKey": "TestListInput.Key",
    "expectedListCount": 1,
    "deleteType": "ContactAndAttributes",
    "deleteListOnCompleted": false,
    "errorsOccurredInBatchProcess": false,
    "lastProcessedMilestone": "Completed",
    "operationID": 1,
    "eID": 10650003,
    "mID": 10650003,
    "employeeID": -1000,
    "requestID": "3b475bee-aa37-4aa4-9fcc-c58d2f9e6242",
    "status": "Completed",
    "scheduledDate": "2019-07-02T14:27:42.383",
    "startDate": "2019-07-02T14:27:42.383",
    "endDate": "2019-07-02T14:27:42.383",
    "retryCount": 0,
    "createdDate": "2019-07-02T14:28:00",
    "createdBy": -1000,
    "modifiedDate": "2019-07-02T14:28:00",
    "modifiedBy": -1000
  },
  "requestServiceMessageID": "e35a0144-8b75-4d9b-b75f-9c51037333d6",
  "responseDateTime": "2019-07-02T14:27:42.9189678-04:00",
  "resultMessages": [],
  "serviceMessageID": "e72e7086-3019-43e0-8858-088c7864d6c9"
})";

inline constexpr std::string_view status_restrict = R"({
  "backgroundOperationsSummary": [],
  "numberofRestorableDays": -1,
  "operation": {
    "listTypeID": 5,
    "listIdentifier": "aa11b2cc-d6ea-4f46-bbfc-a4b7afa3f449",
    "listKey": "bb11c2dd-d6ea-4f46-bbfc-a4b7afa3f449",
    "listName": "Prestaged List",
    "expectedListCount": 1,
    "actualListCount": 1,
    "deleteType": "ContactAndAttributes",
    "deleteListOnCompleted": false,
    "errorsOccurredInBatchProcess": false,
    "isRestrictedForProcessing": true,
    "operationID": 2105,
    "eID": 55555555,
    "mID": 55555555,
    "employeeID": 12345678,
    "operationRequestID": "1a22b33c-daf1-4ff9-b381-18658d74c547",
    "status": "Completed",
    "scheduledTime": "2018-01-30T12:40:09.06",
    "startTime": "2018-01-30T18:40:11.293",
    "endTime": "2018-01-30T18:40:11.963",
    "retryCount": 0,
    "createdDate": "2018-01-30T18:40:00",
    "createdBy": 12345678,
    "modifiedDate": "2018-01-30T18:40:00",
    "modifiedBy": 10898158
  },
  "requestServiceMessageID": "a12345b6-5490-4ecf-bed1-cb2112eddd7b",
  "responseDateTime": "2018-01-30T12:42:05.819137-06:00",
  "resultMessages": [],
  "serviceMessageID": "ab11cd2e-1f74-489e-98fb-ff6d2c33a5e4"
})";

/// Not printed anywhere, but what the documentation says the last answer of a deletion is.
inline constexpr std::string_view status_deleted = R"({
  "backgroundOperationsSummary": [
    {"backgroundOperationID": 1, "createdDate": "2019-07-02T14:27:42.4039", "backgroundOperationStatusID": "Completed"}
  ],
  "numberofRestorableDays": 14,
  "operation": {"errorsOccurredInBatchProcess": false, "operationID": 1, "status": "Completed"},
  "resultMessages": []
})";

inline constexpr std::string_view accepted = R"({"operationInitiated":true,"operationID":2038,)"
                                             R"("requestServiceMessageID":"7e9c6d6b-1e0f-4b0b-9c0c-0d5e5c5f5a5b",)"
                                             R"("responseDateTime":"2019-07-26T08:31:44.4424222-06:00",)"
                                             R"("hasErrors":false,"resultMessages":[],)"
                                             R"("serviceMessageID":"7e9c6d6b-1e0f-4b0b-9c0c-0d5e5c5f5a5c"})";

inline constexpr std::string_view token_example =
    R"({"access_token":"abc.def-123","token_type":"Bearer","expires_in":1079,)"
    R"("scope":"email_read","soap_instance_url":"mc1.soap.marketingcloudapis.com",)"
    R"("rest_instance_url":"mc1.rest.marketingcloudapis.com"})";

inline constexpr std::array status_examples = {status_completed_no_summary, status_pending, status_delete_phase,
                                               status_restrict, status_deleted};

}  // namespace lethe::cloud::testing
