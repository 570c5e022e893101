// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Client;

/// <summary>Sockets with all that is known of them, and how many more match.</summary>
internal sealed record TargetAnswer(IReadOnlyList<ExplainSocketResponse> Sockets, long More);
