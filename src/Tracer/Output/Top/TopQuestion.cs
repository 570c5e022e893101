// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Top;

/// <summary>What the daemon has to be asked for a screen below the findings: a finding's sockets, or with a cookie the life of one of them.</summary>
internal readonly record struct TopQuestion(string FindingId, ulong Cookie = 0, uint Netns = 0);
