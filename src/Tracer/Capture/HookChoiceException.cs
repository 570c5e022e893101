// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>A hook was asked for by name that does not exist or does not work on this kernel.</summary>
public sealed class HookChoiceException(string message) : Exception(message);
