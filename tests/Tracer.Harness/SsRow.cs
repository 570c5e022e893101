// SPDX-License-Identifier: Apache-2.0
using System.Net;

namespace Tracer.Harness;

/// <summary>One row of `ss -Htanpe`.</summary>
public sealed record SsRow(ulong Cookie, uint RecvQ, uint SendQ, IPEndPoint Local, IPEndPoint Remote, (uint Pid, uint Fd)[] Holders);
