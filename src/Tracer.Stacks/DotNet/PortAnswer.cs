// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.DotNet;

/// <summary>How a runtime answered a request.</summary>
internal enum PortAnswer
{
    /// <summary>Not at all, or not in time, or nonsense.</summary>
    None,

    /// <summary>It does not know the request, or could not do it.</summary>
    Refused,
    Done,
}
