// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Origins;

/// <summary>Sockets that one service opened, or accepted, in one place: what the close history is kept by.</summary>
internal readonly record struct HistoryKey(ProcessKey Group, string Site);
