// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Scenes;

/// <summary>Sockets of one process.</summary>
/// <param name="CloseWaits">In CLOSE_WAIT.</param>
/// <param name="Settled">Stuck for a while, those left open after their end included.</param>
/// <param name="Held">Of all that are stuck, those it has a descriptor of.</param>
public readonly record struct ProcessFigures(uint CloseWaits, uint Settled, uint Held);
