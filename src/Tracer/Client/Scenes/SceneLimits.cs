// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Client.Scenes;

/// <summary>What a scene may cost to read: far more than the daemon writes, far less than a hostile file could ask for.</summary>
/// <param name="LineBytes">Of one item.</param>
/// <param name="TotalBytes">Of all, unpacked.</param>
/// <param name="Items">Lines.</param>
internal sealed record SceneLimits(int LineBytes = 16 << 20, long TotalBytes = 2L << 30, long Items = 1_000_000);
