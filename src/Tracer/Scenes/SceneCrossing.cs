// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Scenes;

/// <summary>A condition came true for somebody.</summary>
internal readonly record struct SceneCrossing(SceneCondition Condition, SceneSubject Subject, double Value);
