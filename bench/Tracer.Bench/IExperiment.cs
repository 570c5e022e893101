// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>Scenes that belong together, because their figures are compared with each other: they alternate within one run.</summary>
internal interface IExperiment
{
    IReadOnlyList<Goal> Goals { get; }

    /// <summary>Short enough, and its ratios steady enough, for every change.</summary>
    bool IsQuick { get; }

    Task Run(Lab lab);
}
