// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Grouping;

/// <summary>What sockets of one finding have in common. <paramref name="LacksStack"/>: they were seen being opened, but not where.</summary>
internal readonly record struct GroupKey(ProcessKey Owner, string Site, Verdict Verdict, bool LacksStack);
