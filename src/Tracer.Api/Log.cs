// SPDX-License-Identifier: Apache-2.0
using Microsoft.Extensions.Logging;

namespace Tracer.Api;

/// <summary>What this project logs. Ids are never used again.</summary>
internal static partial class Log
{
    public const string Category = "closewait.api";

    [LoggerMessage(1, LogLevel.Warning, "Refused a client: {Objection}")]
    public static partial void PeerRefused(ILogger logger, string objection);

    [LoggerMessage(2, LogLevel.Error, "{Method} failed")]
    public static partial void CallFailed(ILogger logger, string method, Exception exception);
}
