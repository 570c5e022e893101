// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Findings;

/// <summary>A place in the code that sockets have in common. <paramref name="Actor"/> is one of the tasks seen there, all zero when there is none.</summary>
public sealed record Site(SiteRole Role, string Label, TcpActor Actor);
