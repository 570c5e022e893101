// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Mapping;

namespace Tracer.Api.Findings;

/// <summary>What every answer about findings is made with.</summary>
internal sealed class FindingTools(EventHub hub, IFactSource facts)
{
    public FindingDesk Desk { get; } = new(hub, facts);

    public FindingMapper Findings { get; } = new(facts);

    public SummaryMapper Summaries { get; } = new(facts);
}
