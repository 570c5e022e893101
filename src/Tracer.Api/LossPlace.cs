// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>Where events were lost before they reached the hub, in the order in which they pass.</summary>
public enum LossPlace
{
    /// <summary>The ring was full or a hook run was skipped.</summary>
    Kernel,

    /// <summary>The daemon's own queue was full.</summary>
    Queue,
}
