// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Profiles;

/// <summary>Sockets of one process that share a stack.</summary>
/// <param name="Slot">Which stack of the sockets it is.</param>
/// <param name="Process">Name of the process.</param>
/// <param name="Pid">0: not known.</param>
/// <param name="Stack">As <see cref="StackProfile.AddStack"/> numbered it.</param>
internal readonly record struct ProfileSample(StackSlot Slot, string Process, uint Pid, int Stack);
