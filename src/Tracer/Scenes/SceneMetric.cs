// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Scenes;

/// <summary>What a condition is about.</summary>
public enum SceneMetric
{
    /// <summary>Sockets in CLOSE_WAIT.</summary>
    CloseWait,

    /// <summary>By how many stuck sockets there are more than a minute ago.</summary>
    Growth,

    /// <summary>Open descriptors of a process that holds stuck sockets, in percent of its limit.</summary>
    DescriptorShare,

    /// <summary>Length of an accept queue, in percent of its limit.</summary>
    ListenQueue,
}
