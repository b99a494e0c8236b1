#pragma once

#include "sim/apiserver/http.h"
#include "sim/apiserver/resource_path.h"
#include "sim/apiserver/run_door.h"
#include "sim/apiserver/signed_token.h"

namespace inferlab::sim {

/// Answers POST …/serviceaccounts/NAME/token with a token that stands for the account until it
/// expires, or the Pod or Secret that it is bound to is gone. Tokens are signed, never stored.
/// Source: Kubernetes API reference, "TokenRequest".
HttpResponse answer_token_request(const RunDoor& door, const TokenSigner& signer,
                                  const HttpRequest& request, const ResourcePath& path);

/// The answer to a TokenReview: whether a token holds, and for whom. On the run's thread.
/// Source: Kubernetes API reference, "TokenReview".
Value review_token(const Value& question, const TokenSigner& signer, const Store& store, Time now);

}  // namespace inferlab::sim
