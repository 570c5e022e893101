// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Client;

/// <summary>Who can say why sockets are stuck: a daemon, or a scene that one has saved.</summary>
internal interface IAnswerSource
{
    Task<ListFindingsResponse> ListFindingsAsync(ListFindingsRequest request);

    /// <summary>Explains the oldest sockets of the first filter that any socket matches.</summary>
    Task<TargetAnswer> ExplainAsync(IReadOnlyList<SocketFilter> filters, Func<SocketRecord, bool> matches, int count);
}
